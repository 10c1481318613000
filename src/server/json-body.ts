import type { FastifyInstance, FastifyRequest } from 'fastify'
import { AppError } from '../errors.ts'
import { assertStorableJson } from '../lib/json-values.ts'
import { assertPlainEncoding } from './plain-encoding.ts'
import { readBody } from './read-body.ts'

/**
 * The only bodies taken where a route says nothing else: JSON in UTF-8. Whoever takes others adds a parser
 * in the scope of those routes and says so in their `consumes`.
 */
export function registerBodyParsers(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', async (request: FastifyRequest) => {
    assertPlainEncoding(request)
    assertReadableCharset(request)
    const bytes = await readBody(request)
    if (bytes.length === 0 && request.routeOptions.schema?.body === undefined) return undefined
    return parseJson(bytes)
  })
  app.addContentTypeParser('*', async (request: FastifyRequest) => {
    const { 'content-length': length, 'transfer-encoding': encoding } = request.headers
    if (encoding === undefined && (length === undefined || length === '0')) return undefined
    throw unsupportedType(request)
  })
}

/** The value of a JSON text, or a 4xx that says what is wrong with it. */
function parseJson(bytes: Buffer): unknown {
  if (bytes.length === 0) throw new AppError('malformed_request', 'The body is empty; a JSON value is needed')
  const text = decodeUtf8(bytes)
  const value = parseText(text)
  assertStorableJson(value, text)
  return value
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** A byte order mark is fine, and dropped. */
function decodeUtf8(bytes: Buffer): string {
  try {
    return utf8.decode(bytes)
  } catch (cause) {
    throw new AppError('malformed_request', 'The body is not valid UTF-8', { cause })
  }
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    // V8 quotes a long stretch of the text after these words.
    const reason = cause instanceof Error ? cause.message.split(/, "|, \.\.\./, 1)[0] : ''
    throw new AppError('malformed_request', `The body is not valid JSON: ${reason}`, { cause })
  }
}

function assertReadableCharset(request: FastifyRequest): void {
  const charset = /;\s*charset="?([^";\s]+)/i.exec(request.headers['content-type'] ?? '')?.[1]
  if (charset !== undefined && !/^(utf-?8|us-ascii)$/i.test(charset)) {
    throw new AppError('malformed_request', `The charset ${charset} is not read here; send UTF-8`)
  }
}

function unsupportedType(request: FastifyRequest): AppError {
  const accepted = request.routeOptions.schema?.consumes ?? ['application/json']
  const given = request.headers['content-type']
  const found = given === undefined ? 'A body without a content type' : `The content type ${given}`
  return new AppError('unsupported_type', `${found} is not taken here; send ${accepted.join(' or ')}`)
}
