import { type IncomingMessage, Agent as PlainAgent, request as plainRequest } from 'node:http'
import { Agent as TlsAgent, request as tlsRequest } from 'node:https'
import type { Storage } from '@google-cloud/storage'
import { isRetryableGs } from './gs-errors.ts'

export interface GsGetOptions {
  headers?: Record<string, string>
  signal?: AbortSignal | undefined
  /** How long the server may be silent. */
  timeoutMs: number
}

/** A download holds its socket for as long as its reader takes, so that it must not use up those of the looks. */
const agents = {
  look: agentsOf(256),
  content: agentsOf(Infinity),
}

function agentsOf(maxSockets: number) {
  return {
    'http:': new PlainAgent({ keepAlive: true, maxSockets }),
    'https:': new TlsAgent({ keepAlive: true, maxSockets }),
  }
}

/**
 * GET of the JSON API; `path` begins behind its base address. Not by the client's own requests: these cost four times the
 * time of a plain one, and its readers destroy the agent that all of them share as soon as one goes away.
 */
export async function sendGet(
  storage: Storage,
  use: keyof typeof agents,
  path: string,
  options: GsGetOptions,
): Promise<IncomingMessage> {
  const url = new URL(`${storage.baseUrl}${path}`)
  const credentials = storage.customEndpoint ? {} : await credentialsFor(storage, url)
  const secure = url.protocol === 'https:'
  const { signal, timeoutMs } = options
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    let answer: IncomingMessage | undefined
    const request = (secure ? tlsRequest : plainRequest)(
      url,
      {
        headers: { ...options.headers, ...credentials },
        agent: agents[use][secure ? 'https:' : 'http:'],
        timeout: timeoutMs,
        ...(signal && { signal }),
      },
      (response) => {
        answer = response
        resolve(response)
      },
    )
    request.on('timeout', () => (answer ?? request).destroy(noAnswerInTime()))
    request.on('error', reject)
    request.end()
  })
  const status = response.statusCode ?? 0
  if (status < 200 || status > 299) throw Object.assign(new Error(await textOf(response)), { code: status })
  return response
}

/** Statuses of whoever gives out credentials tell nothing about a file. */
async function credentialsFor(storage: Storage, url: URL): Promise<Record<string, string>> {
  try {
    // The origin alone: a key that signs its own tokens keeps one for each address that it is asked for.
    return await storage.authClient.getRequestHeaders(`${url.origin}/`)
  } catch (error) {
    if (isRetryableGs(error)) throw error
    throw new Error('The default credentials could not be had', { cause: error })
  }
}

/** What a look asks for, parsed. */
export async function getJson<T>(storage: Storage, path: string, options: GsGetOptions): Promise<T> {
  return JSON.parse(await textOf(await sendGet(storage, 'look', path, options))) as T
}

function textOf(response: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    response.setEncoding('utf8')
    response.on('data', (chunk: string) => {
      text += chunk
    })
    response.on('end', () => resolve(text))
    response.on('error', reject)
  })
}

function noAnswerInTime(): Error {
  return Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })
}
