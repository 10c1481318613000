import { Agent, request as sendRequest } from 'node:http'

export type Send = (method: string, path: string, body?: unknown) => Promise<unknown>

const agent = new Agent({ keepAlive: true })

export interface Sent {
  method: string
  url: string
  token: string
  body?: { type: string; content: Buffer }
}

/** By node:http, since fetch costs the client three times as much. A status from 300 on is an error. */
export function send({ method, url, token, body }: Sent): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = sendRequest(url, {
      method,
      agent,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body && { 'content-type': body.type, 'content-length': body.content.length }),
      },
    })
    request.on('error', reject)
    request.on('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        if ((response.statusCode ?? 500) < 300) resolve(text)
        else reject(new Error(`${method} ${url}: ${response.statusCode} ${text.slice(0, 500)}`))
      })
    })
    request.end(body?.content)
  })
}

export function createClient(url: string, token: string): Send {
  return async (method, path, body) => {
    const content = body === undefined ? undefined : Buffer.from(JSON.stringify(body))
    const json = content && { body: { type: 'application/json', content } }
    return JSON.parse(await send({ method, url: `${url}${path}`, token, ...json }))
  }
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
