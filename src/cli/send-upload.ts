import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { buffer } from 'node:stream/consumers'

/** A body of known length, which is read while it is sent. */
export interface UploadBody {
  method: 'POST' | 'PUT'
  contentType: string
  length: number
  /** From the beginning, each time that it is called. */
  read(): AsyncIterable<Uint8Array>
}

/**
 * Sends a body of any size, and stops as soon as the server has answered: it does not wait for the rest of what it refuses.
 * `fetch` loses such an answer when the connection is closed behind it.
 */
export async function sendUpload(
  url: string,
  headers: Record<string, string>,
  body: UploadBody,
  signal?: AbortSignal,
): Promise<Response> {
  const send = url.startsWith('https:') ? requestHttps : requestHttp
  const request = send(url, {
    method: body.method,
    headers: { ...headers, 'content-type': body.contentType, 'content-length': body.length },
    ...(signal === undefined ? {} : { signal }),
  })
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve).once('error', reject)
  })
  let isAnswered = false
  answered.then(
    () => (isAnswered = true),
    () => (isAnswered = true),
  )
  const sent = write(request, body, () => isAnswered)
  // What breaks while it is read is told, unless the server had its reasons.
  const answer = await Promise.race([answered, sent.then(() => answered)])
  const text = await buffer(answer).finally(() => request.destroy())
  return new Response(new Uint8Array(text), {
    status: answer.statusCode ?? 500,
    headers: { 'content-type': answer.headers['content-type'] ?? '' },
  })
}

async function write(request: ClientRequest, body: UploadBody, isAnswered: () => boolean): Promise<void> {
  try {
    for await (const chunk of body.read()) {
      if (isAnswered()) return
      if (!request.write(chunk)) await drained(request)
    }
    request.end()
  } catch (error) {
    request.destroy()
    throw error
  }
}

function drained(request: ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      request.off('drain', go).off('close', go).off('response', go)
      resolve()
    }
    request.on('drain', go).on('close', go).on('response', go)
  })
}
