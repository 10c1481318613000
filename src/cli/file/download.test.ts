import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { crc32c } from '@node-rs/crc32'
import { afterEach, expect, it } from 'vitest'
import { checksumFromNumber } from '../../lib/content-hash.ts'
import { createClient } from '../client.ts'
import { download } from './download.ts'
import type { Sink } from './download-sink.ts'

let server: Server | undefined
afterEach(() => server?.close())

type Behaviour = (request: IncomingMessage, response: ServerResponse, call: number) => void

/** A real socket that breaks where a test wants it to. */
async function serve(behave: Behaviour) {
  let calls = 0
  const listening = createServer((request, response) => {
    calls += 1
    behave(request, response, calls)
  })
  server = listening
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  const { port } = listening.address() as AddressInfo
  return {
    client: createClient({ url: `http://127.0.0.1:${port}`, token: 'wb_x', tokenFrom: 'a test' }),
    calls: () => calls,
  }
}

function memorySink(): Sink & { bytes(): Buffer } {
  let chunks: Uint8Array[] = []
  return {
    async write(chunk) {
      chunks.push(chunk)
    },
    restart: async () => {
      chunks = []
    },
    bytes: () => Buffer.concat(chunks),
  }
}

const quiet = () => ({
  signal: new AbortController().signal,
  progress: { advance() {}, reset() {}, end() {} },
})

/** Answers a range of `content`, and breaks the connection after `breakAfter` bytes of it. */
function answer(
  request: IncomingMessage,
  response: ServerResponse,
  content: Buffer,
  etag: string,
  breakAfter = Infinity,
) {
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
  const body = content.subarray(start)
  response.writeHead(request.headers.range === undefined ? 200 : 206, { 'content-length': body.length, etag })
  if (body.length <= breakAfter) return response.end(body)
  return response.write(body.subarray(0, breakAfter), () => response.destroy())
}

const content = randomBytes(300_000)
const checksum = checksumFromNumber(crc32c(content))

it('goes on where a transfer broke', async () => {
  const ranges: (string | undefined)[] = []
  const { client } = await serve((request, response, call) => {
    ranges.push(request.headers.range)
    answer(request, response, content, '"1"', call < 3 ? 100_000 : Infinity)
  })
  const sink = memorySink()
  expect(await download(client, 1, sink, quiet())).toEqual({ sizeBytes: content.length, crc32c: checksum })
  expect(sink.bytes().equals(content)).toBe(true)
  expect(ranges[0]).toBeUndefined()
  expect(ranges.slice(1).every((range) => /^bytes=[1-9]\d*-$/.test(range ?? ''))).toBe(true)
})

it('begins again when the file has changed meanwhile', async () => {
  const old = randomBytes(200_000)
  const { client } = await serve((request, response, call) => {
    if (call === 1) answer(request, response, old, '"1"', 50_000)
    else answer(request, response, content, '"2"')
  })
  const sink = memorySink()
  expect(await download(client, 1, sink, quiet())).toEqual({ sizeBytes: content.length, crc32c: checksum })
  expect(sink.bytes().equals(content)).toBe(true)
})

it('refuses to begin again where the bytes have gone on to someone else', async () => {
  const { client } = await serve((request, response, call) => {
    answer(request, response, content, `"${call}"`, call === 1 ? 50_000 : Infinity)
  })
  await expect(download(client, 1, { ...memorySink(), restart: null }, quiet())).rejects.toMatchObject({
    code: 'differs',
  })
})

it('gives up on a server that keeps breaking without a byte', async () => {
  const { client, calls } = await serve((_request, response) => response.destroy())
  await expect(download(client, 1, memorySink(), quiet())).rejects.toMatchObject({ code: 'unavailable' })
  expect(calls()).toBe(5)
})

it('does not try again what the server refused', async () => {
  const { client, calls } = await serve((_request, response) => {
    response.writeHead(404, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ error: 'File not found', code: 'not_found', details: [] }))
  })
  await expect(download(client, 1, memorySink(), quiet())).rejects.toMatchObject({ code: 'not_found' })
  expect(calls()).toBe(1)
})

it('ends at once when it is interrupted', async () => {
  const { client } = await serve((_request, response) => {
    response.writeHead(200, { 'content-length': 1000 })
    response.write('x')
  })
  const interrupted = new AbortController()
  const running = download(client, 1, memorySink(), { ...quiet(), signal: interrupted.signal })
  setTimeout(() => interrupted.abort(), 50)
  await expect(running).rejects.toMatchObject({ code: 'interrupted' })
})
