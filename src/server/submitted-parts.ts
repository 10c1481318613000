import type { FastifyRequest } from 'fastify'
import { AppError } from '../errors.ts'
import { mediaTypeOf } from '../lib/media-type.ts'
import type { SubmittedPart } from '../workflows/submitted-part.ts'
import { announcesBody } from './announced-body.ts'
import { boundaryOf, readMultipart } from './multipart/multipart-body.ts'
import { assertPlainEncoding } from './plain-encoding.ts'
import { bodyRefused } from './slow-bodies.ts'

/** More than a submission has a meaning for, so that some that have none are told by their names. */
const maxParts = 20
const form = 'multipart/form-data'

/**
 * The parts of a form as they come; a body of any other type is one part without a name of a file, the payload. The
 * connection stays open when the reader stops early, so that the client can be answered.
 */
export async function* submittedParts(request: FastifyRequest): AsyncGenerator<SubmittedPart> {
  assertPlainEncoding(request)
  const contentType = request.headers['content-type'] ?? null
  const type = mediaTypeOf(contentType ?? '')
  if ((type?.startsWith('multipart/') && type !== form) || type === 'application/x-www-form-urlencoded') {
    throw new AppError(
      'unsupported_type',
      `The content type ${type} is not taken here; send ${form}, or the file itself with its own type`,
    )
  }
  if (!announcesBody(request)) return
  const chunks = bodyOf(request)
  try {
    if (type !== form) {
      yield { name: 'payload', fileName: null, contentType, content: chunks }
      return
    }
    yield* readMultipart(chunks, boundaryOf(contentType ?? ''), maxParts)
  } finally {
    await chunks.return(undefined)
  }
}

/**
 * The bytes of a body as they are asked for. Unlike the stream's own iterator it lets go of a request that another part
 * of the server refuses while the next bytes are waited for, and leaves the connection open when its reader stops.
 */
async function* bodyOf({ raw }: FastifyRequest): AsyncGenerator<Buffer, void, undefined> {
  let refusal: unknown
  let wake = () => {}
  const look = () => wake()
  const refuse = (reason: unknown) => {
    refusal = reason
    wake()
  }
  raw.on('readable', look).on('end', look).on('close', look).on('error', look).on(bodyRefused, refuse)
  try {
    for (;;) {
      if (refusal !== undefined) throw refusal
      const chunk: Buffer | null = raw.read()
      if (chunk !== null) {
        yield chunk
        continue
      }
      if (raw.readableEnded) return
      if (raw.destroyed)
        throw new AppError('malformed_request', 'The request ended before its body was whole')
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  } finally {
    raw.off('readable', look).off('end', look).off('close', look).off('error', look).off(bodyRefused, refuse)
  }
}
