import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { connect as openSocket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Child, runsSource, startNode } from '../helpers/child-process.ts'
import { sendRaw } from '../helpers/raw-client.ts'
import { createTestDatabase, type TestDatabase } from '../helpers/test-database.ts'

let database: TestDatabase
let dataDir: string
beforeAll(async () => {
  database = await createTestDatabase()
  dataDir = await mkdtemp(join(tmpdir(), 'waybill-process-'))
})
afterAll(async () => {
  await database.drop()
  await rm(dataDir, { recursive: true, force: true })
})

/** The server from its sources, on the test's database. */
function startServe(...options: string[]): Child {
  return startNode([...runsSource, 'src/main.ts', 'serve', '--data-dir', dataDir, ...options], {
    DATABASE_URL: databaseUrl(),
    WAYBILL_LOG_LEVEL: 'debug',
  })
}

function databaseUrl(): string {
  const { connectionString, host, port, user, database: name } = database.connection
  return (
    connectionString ??
    `postgres://${user}@localhost:${port}/${name}?host=${encodeURIComponent(String(host))}`
  )
}

describe('the server as a process', () => {
  it('finishes what it accepted when it is told to stop, takes nothing new, and ends with 0', async () => {
    const server = startServe('--port', '0')
    const url = await server.line('ready ')
    const { port, hostname } = new URL(url)
    const token = await ownerToken()
    const text = JSON.stringify({
      job: { description: 'd', project_name: 'p', olga_version: '7.3.5' },
      casefiles: [{ file_name: 'a.olga', path: '/shared/a.olga' }],
    })
    const answer = await sendRaw(url, async (socket) => {
      await socket.write(
        `POST /api/v1/jobs HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\n` +
          `content-length: ${Buffer.byteLength(text)}\r\n\r\n${text.slice(0, 10)}`,
      )
      await sleep(300)
      server.process.kill('SIGTERM')
      await sleep(500)
      expect(await canConnect(Number(port), hostname)).toBe(false)
      await socket.write(text.slice(10))
    })
    expect(answer.status).toBe(201)
    expect(await server.exited).toBe(0)
    expect(server.errors()).not.toContain(token)
    expect(server.errors()).not.toMatch(/wb_(?!\[redacted\])/)
  })
})

async function ownerToken(): Promise<string> {
  return (await readFile(join(dataDir, 'owner.token'), 'utf8')).trim()
}

function canConnect(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = openSocket({ port, host })
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}
