import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { request as sendRequest, Agent } from 'node:http'
import { startNode } from '../test/helpers/child-process.ts'
import { startServerProcess } from '../test/helpers/server-process.ts'

export interface BenchServer {
  /** The status must be below 300. */
  send(method: string, path: string, body?: unknown): Promise<unknown>
  /** Objects of the bucket that the server may look at. */
  seed(names: string[]): Promise<void>
  setLatency(latencyMs: number): Promise<void>
  /** `gs://bench`, the location of the server's org. */
  bucket: string
}

/** The built server, and a store's server, each in a process of its own. */
export async function withServer<T>(fn: (server: BenchServer) => Promise<T>): Promise<T> {
  const dataDir = await mkdtemp(join(tmpdir(), 'waybill-bench-'))
  const gs = startNode(['--import', 'tsx', 'test/helpers/gs-server.ts'])
  process.env.STORAGE_EMULATOR_HOST = await gs.line('ready ')
  const bucket = 'gs://bench'
  const server = await startServerProcess(dataDir, ['--location', bucket])
  const agent = new Agent({ keepAlive: true })
  try {
    return await fn({
      bucket,
      send: (method, path, body) => send(agent, server.url, server.token, method, path, body),
      seed: (names) => control('seed', { bucket: 'bench', names, content: 'x' }),
      setLatency: (latencyMs) => control('latency', { latencyMs }),
    })
  } finally {
    agent.destroy()
    await server.stop()
    gs.process.kill()
    await rm(dataDir, { recursive: true, force: true })
  }
}

async function control(action: string, body: object): Promise<void> {
  const url = `${process.env.STORAGE_EMULATOR_HOST}/_control/${action}`
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(`The test server refused ${action}: ${answer.status}`)
}

/** node:http rather than fetch, which costs the client three times as much. */
function send(
  agent: Agent,
  url: string,
  token: string,
  method: string,
  path: string,
  body: unknown,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body))
    const request = sendRequest(`${url}${path}`, {
      method,
      agent,
      headers: {
        authorization: `Bearer ${token}`,
        ...(payload && { 'content-type': 'application/json', 'content-length': payload.length }),
      },
    })
    request.on('error', reject)
    request.on('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        if ((response.statusCode ?? 500) < 300) resolve(JSON.parse(text))
        else reject(new Error(`${method} ${path}: ${response.statusCode} ${text.slice(0, 500)}`))
      })
      response.on('error', reject)
    })
    request.end(payload)
  })
}
