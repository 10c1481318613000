import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import type { ErrorBody } from '../contract/common.ts'
import { AppError, type ErrorDetail, errorTable } from '../errors.ts'

/** The one place where an error becomes an HTTP answer. What is ours to mend stays in the log. */
export function handleError(
  error: FastifyError | AppError | Error,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const appError = error instanceof AppError ? error : appErrorFrom(error)
  const { status } = errorTable[appError.code]
  if (status >= 500) request.log.error({ err: error }, appError.message)
  reply.status(status).send(errorBody(appError))
}

export function errorBody(error: AppError): ErrorBody {
  const message = error.code === 'internal' ? errorTable.internal.sentence : error.message
  return { error: message, code: error.code, details: [...error.details] }
}

function appErrorFrom(error: FastifyError | Error): AppError {
  if ('validation' in error && error.validation) {
    const context = error.validationContext
    const details = error.validation.map((fault) => detailFrom(fault, context === 'body' ? '' : `${context}`))
    return new AppError(context === 'body' ? 'invalid' : 'invalid_query', sentenceFrom(details), { details })
  }
  const status = 'statusCode' in error ? error.statusCode : undefined
  if (status === 413) return new AppError('too_large', error.message, { cause: error })
  if (status === 415) return new AppError('unsupported_type', error.message, { cause: error })
  if (status !== undefined && status >= 400 && status < 500) {
    return new AppError('malformed_request', error.message, { cause: error })
  }
  return new AppError('internal', undefined, { cause: error })
}

interface ValidationFault {
  keyword: string
  instancePath: string
  params: Record<string, unknown>
  message?: string | undefined
}

function detailFrom(fault: ValidationFault, root: string): ErrorDetail {
  const place = `${root}${fault.instancePath}`
    .split('/')
    .filter((segment) => segment !== '')
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((segment, index) => (/^\d+$/.test(segment) ? `[${segment}]` : index === 0 ? segment : `.${segment}`))
    .join('')
  const named = fault.params.additionalProperty ?? fault.params.missingProperty
  const field = typeof named === 'string' ? (place === '' ? named : `${place}.${named}`) : place
  if (fault.keyword === 'additionalProperties') return { field, message: 'is not a field of this request' }
  if (fault.keyword === 'required') return { field, message: 'is required' }
  return { field, message: fault.message ?? 'is not valid' }
}

function sentenceFrom(details: ErrorDetail[]): string {
  const [first] = details
  if (first === undefined) return errorTable.invalid.sentence
  const rest = details.length > 1 ? ` (and ${details.length - 1} more)` : ''
  return `${first.field === '' ? 'The body' : first.field} ${first.message}${rest}`
}
