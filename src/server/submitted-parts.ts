import type { FastifyReply, FastifyRequest } from 'fastify'
import { AppError } from '../errors.ts'
import { mediaTypeOf } from '../lib/media-type.ts'
import type { SubmittedPart } from '../workflows/submitted-part.ts'
import { announcesBody } from './announced-body.ts'
import { boundaryOf, readMultipart } from './multipart/multipart-body.ts'
import { assertPlainEncoding } from './plain-encoding.ts'

/** More than a submission has a meaning for, so that some that have none are told by their names. */
const maxParts = 20
const form = 'multipart/form-data'

/**
 * The parts of a form as they come; a body of any other type is one part without a name of a file, the payload. The
 * connection stays open when the reader stops early, so that the client can be answered.
 */
export async function* submittedParts(
  request: FastifyRequest,
  reply: FastifyReply,
): AsyncGenerator<SubmittedPart> {
  assertPlainEncoding(request)
  const contentType = request.headers['content-type'] ?? null
  const type = mediaTypeOf(contentType ?? '')
  if ((type?.startsWith('multipart/') && type !== form) || type === 'application/x-www-form-urlencoded') {
    throw new AppError(
      'unsupported_type',
      `The content type ${type} is not taken here; send ${form}, or the primary file with its own type`,
    )
  }
  if (!announcesBody(request)) return
  const chunks = bodyOf(request, reply)
  try {
    if (type !== form) {
      yield { name: 'payload', fileName: null, contentType, content: chunks }
      return
    }
    const boundary = boundaryOf(contentType ?? '')
    if (boundary === undefined) {
      throw new AppError(
        'malformed_request',
        'The Content-Type names no boundary between the parts of the form',
      )
    }
    yield* readMultipart(chunks, boundary, maxParts)
  } finally {
    await chunks.return(undefined)
  }
}

async function* bodyOf(
  { raw }: FastifyRequest,
  reply: FastifyReply,
): AsyncGenerator<Buffer, void, undefined> {
  try {
    for await (const chunk of raw.iterator({ destroyOnReturn: false })) {
      // A body that came too slowly is refused while it is read; nothing may come of it any more.
      if (reply.sent) throw new AppError('malformed_request', 'The request was refused while its body came')
      yield chunk
    }
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    throw new AppError('malformed_request', 'The request ended before its body was whole', { cause })
  }
  if (reply.sent || raw.complete === false) {
    throw new AppError('malformed_request', 'The request ended before its body was whole')
  }
}
