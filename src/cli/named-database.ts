import type { Config } from '../config.ts'
import { maskPassword } from '../config-settings.ts'
import { AppError } from '../errors.ts'
import { messageOf } from '../lib/system-error.ts'

/** At a start, which database does not answer and why: whoever starts it can mend both. */
export function namedDatabase({ databaseUrl }: Pick<Config, 'databaseUrl'>, error: unknown): unknown {
  if (databaseUrl === null || !(error instanceof AppError) || error.code !== 'unavailable') return error
  const why = error.cause === undefined ? error.message : messageOf(error.cause)
  return new AppError(
    'unavailable',
    `The database ${maskPassword(databaseUrl)} does not answer: ${why}; start it, or mend DATABASE_URL`,
    { cause: error },
  )
}
