import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startNode } from '../test/helpers/child-process.ts'
import { type BenchContext, withContext } from './context.ts'
import { createClient, type Send } from './http-client.ts'

/** The location of the server's org. */
export const bucket = 'gs://bench'

export interface BenchServer extends BenchContext {
  url: string
  token: string
  send: Send
  /** Objects of the bucket. */
  seed(names: string[]): Promise<void>
  setLatency(latencyMs: number): Promise<void>
  /** What the server's process holds in memory. */
  memoryBytes(): Promise<number>
}

/** The server and a store's server, each in a process of its own, on a database of their own. */
export async function withServer<T>(fn: (server: BenchServer) => Promise<T>): Promise<T> {
  return await withContext(async (context) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'waybill-bench-app-'))
    const gs = startNode(['test/helpers/gs-server.js'])
    const store = await gs.line('ready ')
    process.env.STORAGE_EMULATOR_HOST = store
    const argument = { connection: context.connection, dataDir, bucket }
    const app = startNode(['bench/bench-app.js', JSON.stringify(argument)])
    try {
      const { url, token } = JSON.parse(await app.line('ready '))
      return await fn({
        ...context,
        url,
        token,
        send: createClient(url, token),
        seed: (names) => control(store, 'seed', { bucket: 'bench', names, content: 'x' }),
        setLatency: (latencyMs) => control(store, 'latency', { latencyMs }),
        memoryBytes: () => memoryOf(app.process.pid ?? 0),
      })
    } finally {
      app.process.kill()
      gs.process.kill()
      await app.exited
      await rm(dataDir, { recursive: true, force: true })
    }
  })
}

async function memoryOf(pid: number): Promise<number> {
  const [, kilobytes] = /^VmRSS:\s+(\d+)/m.exec(await readFile(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) * 1024
}

async function control(store: string, action: string, body: object): Promise<void> {
  const answer = await fetch(`${store}/_control/${action}`, { method: 'POST', body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(`The test server refused ${action}: ${answer.status}`)
}
