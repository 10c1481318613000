import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { crc32c } from '@node-rs/crc32'
import {
  type GsBuckets,
  type GsObject,
  keptContentBytes,
  preconditionFault,
  type Refused,
  resourceOf,
} from './gs-buckets.ts'

interface UploadSession {
  bucket: string
  name: string
  query: URLSearchParams
  body: Body
}

export type UploadSessions = Map<string, UploadSession>

interface Body {
  sizeBytes: number
  checksum: number
  /** Null once there is too much to keep. */
  chunks: Buffer[] | null
}

export interface UploadCall {
  buckets: GsBuckets
  sessions: UploadSessions
  bucket: string
  url: URL
  request: IncomingMessage
  response: ServerResponse
  /** The server's own address. */
  own: string
}

/** Simple, multipart and resumable uploads. An object appears when all its bytes came, never before. */
export async function handleUpload(call: UploadCall): Promise<void> {
  const { url, request, response, sessions, bucket, own } = call
  const query = url.searchParams
  const uploadType = query.get('uploadType')
  const sessionId = query.get('upload_id')
  if (sessionId !== null) return continueUpload(call, sessionId)
  if (uploadType === 'resumable') {
    const started = await readAll(request)
    const named = started.length === 0 ? {} : (JSON.parse(started.toString()) as { name?: string })
    const id = randomUUID()
    sessions.set(id, { bucket, name: query.get('name') ?? named.name ?? '', query, body: emptyBody() })
    response.writeHead(200, { location: `${own}${url.pathname}?uploadType=resumable&upload_id=${id}` }).end()
    return
  }
  if (uploadType === 'multipart') {
    const { metadata, content } = splitMultipart(
      await readAll(request),
      request.headers['content-type'] ?? '',
    )
    const name = query.get('name') ?? (JSON.parse(metadata) as { name: string }).name
    return finish(call, name, query, appended(emptyBody(), content))
  }
  const body = emptyBody()
  for await (const chunk of request) appended(body, chunk as Buffer)
  finish(call, query.get('name') ?? '', query, body)
}

async function continueUpload(call: UploadCall, id: string): Promise<void> {
  const { request, response, sessions } = call
  const session = sessions.get(id)
  if (session === undefined)
    return respond(response, 404, { error: { code: 404, message: 'no such upload' } })
  if (request.method === 'DELETE') {
    sessions.delete(id)
    response.writeHead(499).end()
    return
  }
  const range = /^bytes (?:(\d+)-(\d+|\*)|\*)\/(\d+|\*)$/u.exec(
    String(request.headers['content-range'] ?? ''),
  )
  const from = range?.[1] === undefined ? session.body.sizeBytes : Number(range[1])
  let skip = session.body.sizeBytes - from
  for await (const piece of request) {
    const chunk = piece as Buffer
    appended(session.body, chunk.subarray(Math.min(Math.max(skip, 0), chunk.length)))
    skip -= chunk.length
  }
  const total = range?.[3] ?? '*'
  const open = range !== null && (total === '*' || Number(total) > session.body.sizeBytes)
  if (open && range[2] !== '*') {
    const { sizeBytes } = session.body
    response.writeHead(308, sizeBytes === 0 ? {} : { range: `bytes=0-${sizeBytes - 1}` }).end()
    return
  }
  sessions.delete(id)
  finish(call, session.name, session.query, session.body)
}

function finish(call: UploadCall, name: string, query: URLSearchParams, body: Body): void {
  const { buckets, bucket, response, request } = call
  const refused = preconditionFault(buckets.get(bucket, name), query)
  if (refused !== null) {
    respond(response, refused.status, { error: { code: refused.status, message: refused.message } })
    return
  }
  if (request.destroyed && !request.complete) return
  const data = body.chunks === null ? null : Buffer.concat(body.chunks)
  const contentType = query.get('contentType') ?? 'application/octet-stream'
  respond(
    response,
    200,
    resourceOf(buckets.putFacts(bucket, name, contentType, body.sizeBytes, body.checksum, data)),
  )
}

const emptyBody = (): Body => ({ sizeBytes: 0, checksum: 0, chunks: [] })

function appended(body: Body, chunk: Buffer): Body {
  body.sizeBytes += chunk.length
  body.checksum = crc32c(chunk, body.checksum)
  if (body.sizeBytes > keptContentBytes) body.chunks = null
  else body.chunks?.push(chunk)
  return body
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

function splitMultipart(body: Buffer, contentType: string): { metadata: string; content: Buffer } {
  const boundary = /boundary="?([^";]+)"?/u.exec(contentType)?.[1] ?? ''
  const headEnd = body.indexOf('\r\n\r\n') + 4
  const metadataEnd = body.indexOf(`\r\n--${boundary}`, headEnd)
  const contentStart = body.indexOf('\r\n\r\n', metadataEnd) + 4
  const contentEnd = body.lastIndexOf(`\r\n--${boundary}--`)
  return {
    metadata: body.subarray(headEnd, metadataEnd).toString(),
    content: body.subarray(contentStart, contentEnd),
  }
}

export function isRefused(answer: GsObject | Refused): answer is Refused {
  return 'status' in answer
}

export function respond(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
  })
  response.end(text)
}
