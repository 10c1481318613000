import type { FastifyRequest } from 'fastify'
import { AppError } from '../errors.ts'
import { sizeWords } from '../lib/size-words.ts'

/** The whole body, up to the route's limit. Past it the request is refused at once; the rest is not kept. */
export function readBody(request: FastifyRequest): Promise<Buffer> {
  const limit = request.routeOptions.bodyLimit
  const { raw } = request
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let received = 0
    const stop = () => {
      raw.off('data', onData).off('end', onEnd).off('error', onBroken).off('close', onBroken)
    }
    const refuse = () => {
      stop()
      reject(new AppError('too_large', `The body is over the limit of ${sizeWords(limit)}`))
    }
    const onData = (chunk: Buffer) => {
      received += chunk.length
      if (received > limit) refuse()
      else chunks.push(chunk)
    }
    const onEnd = () => {
      stop()
      resolve(Buffer.concat(chunks, received))
    }
    const onBroken = () => {
      stop()
      reject(new AppError('malformed_request', 'The request ended before its body was whole'))
    }
    if (Number(request.headers['content-length']) > limit) {
      refuse()
      return
    }
    raw.on('data', onData).on('end', onEnd).on('error', onBroken).on('close', onBroken)
  })
}
