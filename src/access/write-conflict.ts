import { SQLSTATE, sqlstateOf } from '../db/sqlstate.ts'
import { AppError } from '../errors.ts'

/** Runs a write that a unique constraint may refuse, and says `sentence` if it does. */
export async function refuseTaken<T>(sentence: string, write: Promise<T>): Promise<T> {
  try {
    return await write
  } catch (error) {
    if (sqlstateOf(error) !== SQLSTATE.unique_violation) throw error
    throw new AppError('conflict', sentence, { cause: error })
  }
}

/** Runs a deletion, and says what still uses `subject` if a foreign key refuses it. */
export async function refuseInUse<T>(subject: string, deletion: Promise<T>): Promise<T> {
  try {
    return await deletion
  } catch (error) {
    if (sqlstateOf(error) !== SQLSTATE.foreign_key_violation) throw error
    throw new AppError('conflict', `${subject} is used by ${usersIn(error)} and cannot be deleted`, {
      cause: error,
    })
  }
}

/** The table whose rows hold on to the subject, in words: `job` is "jobs", `analysis` is "analyses". */
function usersIn(error: unknown): string {
  if (!(error instanceof Error) || !('table' in error) || typeof error.table !== 'string') return 'others'
  const words = error.table.replaceAll('_', ' ')
  return words.endsWith('sis') ? `${words.slice(0, -2)}es` : `${words}s`
}
