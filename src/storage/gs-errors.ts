import { AppError } from '../errors.ts'
import { type NoAnswer, nothingThere } from './store.ts'

const networkCodes = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'ERR_STREAM_PREMATURE_CLOSE',
])

/**
 * The client gives HTTP statuses as numbers, those of uploads in parts as `status`, network faults as `code`, and its own
 * time-outs as `type`.
 */
export function statusOf(error: unknown): number | null {
  if (typeof error !== 'object' || error === null) return null
  const code = 'code' in error ? error.code : undefined
  const status = Number(code ?? ('status' in error ? error.status : undefined))
  return Number.isInteger(status) ? status : null
}

function isTimeout(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false
  return (
    ('type' in error && error.type === 'request-timeout') || ('code' in error && error.code === 'ETIMEDOUT')
  )
}

/** Whether asking again may help. A time-out is not asked again: it has used up its time. */
export function isRetryableGs(error: unknown): boolean {
  const status = statusOf(error)
  if (status !== null) return status === 408 || status === 429 || status >= 500
  if (isTimeout(error)) return false
  return (
    error instanceof Error &&
    (('code' in error && networkCodes.has(String(error.code))) || /socket hang up/u.test(error.message))
  )
}

export function isPreconditionFault(error: unknown): boolean {
  return statusOf(error) === 412
}

/** A range that begins behind the last byte. */
export function isRangeFault(error: unknown): boolean {
  return statusOf(error) === 416
}

/** For names that the store itself turns down. */
export const noSuchName: NoAnswer = {
  state: 'absent',
  reason: 'There can be no file with this name in a bucket',
}

/** What a refused or failed request means to the person who named the path. */
export function gsNoAnswer(bucket: string, error: unknown): NoAnswer {
  const status = statusOf(error)
  const message = error instanceof Error ? error.message : String(error)
  if (status === 404) {
    return /bucket does not exist/iu.test(message)
      ? { state: 'absent', reason: `There is no bucket "${bucket}"` }
      : nothingThere
  }
  if (status === 400 && /requester pays/iu.test(message)) {
    return {
      state: 'forbidden',
      reason: `The bucket "${bucket}" makes its readers pay, which is not set up here`,
    }
  }
  if (status === 400 || status === 414) return noSuchName
  if (status === 401 || status === 403)
    return { state: 'forbidden', reason: `The bucket "${bucket}" refused access` }
  if (isTimeout(error)) return { state: 'failed', reason: `The bucket "${bucket}" did not answer in time` }
  if (/default credentials/iu.test(message)) {
    return { state: 'failed', reason: 'The server has no credentials for Google Cloud Storage' }
  }
  const found = status === null ? 'the connection failed' : `it answered ${status}`
  return { state: 'failed', reason: `The bucket "${bucket}" could not be asked: ${found}` }
}

export function gsWriteFailed(bucket: string, error: unknown): AppError {
  if (error instanceof AppError) return error
  const { reason } = gsNoAnswer(bucket, error)
  return new AppError('unavailable', `The file cannot be stored: ${reason}`, { cause: error })
}
