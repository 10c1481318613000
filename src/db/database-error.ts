import { AppError } from '../errors.ts'
import { SQLSTATE, sqlstateOf } from './sqlstate.ts'

/** Classes 08 (connection) and 53 (out of memory, disk or connections): the server cannot answer now. */
const unavailableClasses = ['08', '53']

const unavailableStates: readonly string[] = [
  SQLSTATE.admin_shutdown,
  SQLSTATE.crash_shutdown,
  SQLSTATE.cannot_connect_now,
  SQLSTATE.query_canceled,
  SQLSTATE.lock_not_available,
]

const unavailableSystemCodes = [
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
]

/** pg and pg-pool throw these without a code. */
const unavailableMessages =
  /^(timeout exceeded when trying to connect|Connection terminated|timeout expired|Client has encountered a connection error|Cannot use a pool after calling end|Query read timeout)/

const badTextStates: readonly string[] = [
  SQLSTATE.character_not_in_repertoire,
  SQLSTATE.untranslatable_character,
]

/**
 * Wraps what no caller can act on: a database that cannot answer (`unavailable`) and text that it cannot
 * hold (`invalid`). Every other error, constraint violations above all, comes back as it is.
 */
export function wrapDatabaseError(error: unknown): unknown {
  if (error instanceof AppError) return error
  const state = sqlstateOf(error)
  if (state !== undefined && (badTextStates.includes(state) || isLoneSurrogate(error, state))) {
    return new AppError(
      'invalid',
      'A text of the request holds a character that cannot be stored (NUL, or half of a surrogate pair); remove it',
      { cause: error },
    )
  }
  if (isUnavailable(error, state)) {
    return new AppError('unavailable', unavailableSentence(state), { cause: error })
  }
  return error
}

/** jsonb refuses half a surrogate pair with the SQLSTATE of any bad JSON; only the detail says what it is. */
function isLoneSurrogate(error: unknown, state: string): boolean {
  if (state !== SQLSTATE.invalid_text_representation || !(error instanceof Error)) return false
  return 'detail' in error && typeof error.detail === 'string' && error.detail.includes('surrogate')
}

function isUnavailable(error: unknown, state: string | undefined): boolean {
  if (
    state !== undefined &&
    (unavailableStates.includes(state) || unavailableClasses.includes(state.slice(0, 2)))
  ) {
    return true
  }
  if (!(error instanceof Error)) return false
  if ('code' in error && typeof error.code === 'string' && unavailableSystemCodes.includes(error.code))
    return true
  return unavailableMessages.test(error.message)
}

function unavailableSentence(state: string | undefined): string {
  if (state === SQLSTATE.query_canceled) return 'The database took too long to answer; try again'
  if (state === SQLSTATE.lock_not_available) return 'The database is busy with the same rows; try again'
  if (state === SQLSTATE.disk_full) return 'The disk of the database is full; free some space and try again'
  return 'The database cannot answer now; try again'
}
