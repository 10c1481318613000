import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32c } from '@node-rs/crc32'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { checksumFromNumber } from '../../src/lib/content-hash.ts'
import { bin, startCli } from '../helpers/cli.ts'
import { testWith } from '../helpers/requirements.ts'

let folder: string
let server: Server | undefined
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waybill-get-'))
})
afterEach(async () => {
  server?.closeAllConnections()
  server?.close()
  await rm(folder, { recursive: true })
})

/** Runs a command on a terminal of its own. */
const script = '/usr/bin/script'

const content = randomBytes(3_000_000)

/** A server of one file, whose network a test makes as bad as it wants. */
async function serveFile(sendContent: (response: ServerResponse) => void, name = 'big.bin') {
  const file = {
    id: 1,
    path: `/shared/${name}`,
    name,
    size: content.length,
    file_checksum: checksumFromNumber(crc32c(content)),
  }
  const listening = createServer((request, response) => {
    if (request.url?.endsWith('/content')) return sendContent(response)
    response.setHeader('content-type', 'application/json')
    return response.end(JSON.stringify(file))
  })
  server = listening
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  return {
    WAYBILL_URL: `http://127.0.0.1:${(listening.address() as AddressInfo).port}`,
    WAYBILL_TOKEN: 'wb_x',
    WAYBILL_DATA_DIR: folder,
  }
}

it('leaves nothing behind when it is interrupted half way', async () => {
  const env = await serveFile((response) => {
    response.writeHead(200, { 'content-length': content.length })
    response.write(content.subarray(0, 1_000_000))
  })
  const { child, ran, ended } = startCli(['file', 'get', '1'], { env, cwd: folder })
  await expect.poll(() => readdir(folder), { timeout: 20_000 }).toHaveLength(1)
  expect((await readdir(folder))[0]).toMatch(/^\.waybill-.*\.part$/)
  child.kill('SIGINT')
  expect(await ended).toBe(130)
  expect(ran.err).toMatch(/^waybill: Interrupted/)
  expect(await readdir(folder)).toEqual([])
})

it('saves nothing outside the folder that it is asked to save in', async () => {
  const env = await serveFile((response) => response.end(content), '../../evil.bin')
  const { ended } = startCli(['file', 'get', '1', '-o', `${folder}/`], { env })
  expect(await ended).toBe(0)
  expect(await readdir(folder)).toEqual(['evil.bin'])
  expect((await readFile(join(folder, 'evil.bin'))).equals(content)).toBe(true)
})

testWith('script', 'draws its progress on a terminal', async () => {
  const env = await serveFile((response) => response.end(content))
  const terminal = spawn(script, ['-qec', `"${process.execPath}" "${bin}" file get 1`, '/dev/null'], {
    cwd: folder,
    env: { PATH: process.env.PATH, TERM: 'xterm', ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let shown = ''
  terminal.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    shown += chunk
  })
  expect(await new Promise((resolve) => terminal.once('close', resolve))).toBe(0)
  expect(shown).toMatch(/big\.bin {2}[█░]{24} +\d+% {2}\S+ [KM]?B of 2\.9 MB/)
  expect(shown).toContain('as the ledger recorded')
})
