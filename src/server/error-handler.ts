import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import '../access/route-faults.ts'
import type { ErrorBody } from '../contract/common.ts'
import { AppError, type ErrorDetail, errorTable, maxFaults, sentenceOfDetails } from '../errors.ts'
import type { SchemaFault } from './fault-message.ts'
import { detailsOf } from './validation-details.ts'

const maxDetails = 100
const maxTextLength = 2000

/** The one place where an error becomes an HTTP answer. What is ours to mend stays in the log. */
export function handleError(
  error: FastifyError | AppError | Error,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const found = appErrorFrom(error, request)
  const appError = request.routeOptions.config?.refusal?.(found) ?? found
  const { status } = errorTable[appError.code]
  if (status >= 500) request.log.error({ err: error }, appError.message)
  if (status === 503) reply.header('retry-after', '2')
  reply.status(status).type('application/json; charset=utf-8').send(errorBody(appError))
}

/** Exactly what a client sees of an error: bounded, and nothing of the inside of a failure that is ours. */
export function errorBody(error: AppError): ErrorBody {
  const { status, sentence } = errorTable[error.code]
  const isOurs = status >= 500 && error.code !== 'unavailable'
  if (isOurs) return { error: sentence, code: error.code, details: [] }
  return { error: shorten(error.message), code: error.code, details: boundDetails(error.details) }
}

function boundDetails(details: readonly ErrorDetail[]): ErrorDetail[] {
  const shown = details.slice(0, maxDetails).map(({ field, message }) => ({
    field: shorten(field),
    message: shorten(message),
  }))
  const more = details.length - shown.length
  if (more === 0) return shown
  // Past so many faults nobody has looked further.
  const orMore = details.length >= maxFaults ? ' or' : ''
  return [...shown, { field: '', message: `and ${more}${orMore} more` }]
}

function shorten(text: string): string {
  return text.length <= maxTextLength ? text : `${text.slice(0, maxTextLength)}…`
}

function appErrorFrom(error: FastifyError | AppError | Error, request: FastifyRequest): AppError {
  if (error instanceof AppError) return error
  if ('validation' in error && error.validation) {
    // Fastify's own type leaves out what Ajv adds with `verbose`.
    return validationError(error.validation as unknown as SchemaFault[], error.validationContext, request)
  }
  const status = 'statusCode' in error ? error.statusCode : undefined
  if (status === 413) return new AppError('too_large', error.message, { cause: error })
  if (status === 415) return new AppError('unsupported_type', error.message, { cause: error })
  if (status !== undefined && status >= 400 && status < 500) {
    return new AppError('malformed_request', error.message, { cause: error })
  }
  return new AppError('internal', undefined, { cause: error })
}

function validationError(
  faults: SchemaFault[],
  context: string | undefined,
  request: FastifyRequest,
): AppError {
  if (context === 'params') return unknownThing(request)
  const isAbsent = context === 'body' && request.body == null && request.headers['content-type'] === undefined
  const details = isAbsent ? [{ field: '', message: 'is required' }] : allDetails(faults, context, request)
  const [first] = details
  const sentence = first === undefined ? undefined : sentenceOfDetails(first, details.length)
  return new AppError(context === 'body' ? 'invalid' : 'invalid_query', sentence, { details })
}

/** With those that the route's own rules find; where the schema has said something of a field, that is enough. */
function allDetails(faults: SchemaFault[], context: string | undefined, request: FastifyRequest) {
  const details = detailsOf(faults)
  const { findFaults } = request.routeOptions.config
  if (context !== 'body' || findFaults === undefined) return details
  const told = new Set(details.map(({ field }) => field))
  return [...details, ...findFaults(request.body).filter(({ field }) => !told.has(field))]
}

/** An id that is no id names nothing: `/jobs/abc` is as unknown as `/jobs/999999`, and answers alike. */
export function unknownThing(request: FastifyRequest): AppError {
  // The last one named: `/workflows/:id/steps/:index` is about a step.
  const noun = /.*\/([a-z_]+)\/:(?:id|slug|index)\b/.exec(request.routeOptions.url ?? '')?.[1]
  return new AppError('not_found', noun === undefined ? undefined : `${singularOf(noun)} not found`)
}

function singularOf(noun: string): string {
  const words = noun
    .replaceAll('_', ' ')
    .replace(/ies$/, 'y')
    .replace(/([^si])s$/, '$1')
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`
}
