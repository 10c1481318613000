import type { Socket } from 'node:net'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { AppError, errorTable } from '../errors.ts'
import { sizeWords } from '../lib/size-words.ts'
import { errorBody, handleError } from './error-handler.ts'
import { maxHeaderBytes } from './server-limits.ts'

const lingerMs = 5_000

/** What Node's parser cannot read never becomes a request: the answer is written to the socket by hand. */
export function answerUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  // What still comes is fed to the parser, which fails anew each time.
  if (socket.writableEnded) return
  const refusal = new AppError('malformed_request', sentenceOf(error))
  const body = JSON.stringify(errorBody(refusal))
  socket.end(
    [
      `HTTP/1.1 ${errorTable[refusal.code].status} Bad Request`,
      'content-type: application/json; charset=utf-8',
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: close',
      '',
      body,
    ].join('\r\n'),
  )
  setTimeout(() => socket.destroy(), lingerMs).unref()
}

function sentenceOf(error: NodeJS.ErrnoException): string {
  if (error.code === 'HPE_HEADER_OVERFLOW') {
    return `The address and headers of the request are over the limit of ${sizeWords(maxHeaderBytes)}`
  }
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'The request did not come in time'
  return 'This is not a request in HTTP/1.1'
}

/** An address that cannot be decoded, or that names a thing by more characters than any name has. */
export function answerBadAddress(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const refusal =
    error.code === 'FST_ERR_MAX_PARAM_LENGTH'
      ? new AppError('not_found')
      : new AppError(
          'malformed_request',
          'The address cannot be decoded: a % stands without two hex digits of UTF-8',
        )
  handleError(refusal, request, reply)
}

/** What Node by itself would answer without a body: a request that names no host, and one that expects the unknown. */
export function registerBareAnswers(app: FastifyInstance): void {
  app.server.on('checkExpectation', (request, response) => app.routing(request, response))
  app.addHook('onRequest', async ({ raw }) => {
    if (raw.httpVersion === '1.1' && raw.headers.host === undefined) {
      throw new AppError('malformed_request', 'The request names no host')
    }
  })
}
