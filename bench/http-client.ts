import { Agent, request as sendRequest } from 'node:http'

export type Send = (method: string, path: string, body?: unknown) => Promise<unknown>

/** By node:http, since fetch costs the client three times as much. A status from 300 on is an error. */
export function createClient(url: string, token: string): Send {
  const agent = new Agent({ keepAlive: true })
  return (method, path, body) =>
    new Promise((resolve, reject) => {
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
        response.on('error', reject)
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString()
          if ((response.statusCode ?? 500) < 300) resolve(JSON.parse(text))
          else reject(new Error(`${method} ${path}: ${response.statusCode} ${text.slice(0, 500)}`))
        })
      })
      request.end(payload)
    })
}

/** Sends all requests, `clients` at a time; answers how many a second were answered. */
export async function sendAll(clients: number, requests: (() => Promise<unknown>)[]): Promise<number> {
  const waiting = [...requests]
  const start = performance.now()
  await Promise.all(
    Array.from({ length: clients }, async () => {
      for (let request = waiting.pop(); request !== undefined; request = waiting.pop()) await request()
    }),
  )
  return (requests.length * 1000) / (performance.now() - start)
}
