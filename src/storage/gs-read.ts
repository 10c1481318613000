import { type IncomingMessage, Agent as PlainAgent, request as plainRequest } from 'node:http'
import { Agent as TlsAgent, request as tlsRequest } from 'node:https'
import { PassThrough, pipeline, type Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { Storage } from '@google-cloud/storage'
import type { ReadOptions } from './store.ts'

const agents = { 'http:': new PlainAgent({ keepAlive: true }), 'https:': new TlsAgent({ keepAlive: true }) }

/**
 * The stored bytes of an object. Not by the client's own `createReadStream`: that destroys the agent which all of its requests
 * share as soon as one reader goes away, and so cuts every other download and look.
 */
export async function readObject(
  storage: Storage,
  bucket: string,
  name: string,
  options: ReadOptions,
): Promise<Readable> {
  const url = new URL(`${storage.baseUrl}/b/${bucket}/o/${encodeURIComponent(name)}?alt=media`)
  if (options.generation !== undefined) url.searchParams.set('generation', options.generation)
  const headers: Record<string, string> = { 'accept-encoding': 'gzip' }
  if (!storage.customEndpoint) Object.assign(headers, await storage.authClient.getRequestHeaders(url.href))
  const { start = 0, end } = options
  if (start > 0 || end !== undefined) headers.range = `bytes=${start}-${end ?? ''}`
  const response = await send(url, headers, options.signal)
  const status = response.statusCode ?? 0
  if (status === 416) return emptyAfter(response)
  if (status !== 200 && status !== 206) throw await failureOf(response, status)
  const compressedOnTheWay =
    response.headers['content-encoding'] === 'gzip' &&
    response.headers['x-goog-stored-content-encoding'] === 'identity'
  if (!compressedOnTheWay) return response
  return pipeline(response, createGunzip(), () => {})
}

function send(
  url: URL,
  headers: Record<string, string>,
  signal: AbortSignal | undefined,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const secure = url.protocol === 'https:'
    const request = (secure ? tlsRequest : plainRequest)(
      url,
      { headers, agent: agents[secure ? 'https:' : 'http:'], timeout: 60_000, ...(signal && { signal }) },
      resolve,
    )
    request.on('timeout', () => request.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })))
    request.on('error', reject)
    request.end()
  })
}

function emptyAfter(response: IncomingMessage): Readable {
  response.resume()
  return new PassThrough().end()
}

async function failureOf(response: IncomingMessage, status: number): Promise<Error> {
  let text = ''
  for await (const chunk of response) if (text.length < 4096) text += String(chunk)
  return Object.assign(new Error(text), { code: status })
}
