import { retry } from '../lib/retry.ts'
import { type Db, isOutdatedPlan, type Trx } from './client.ts'
import { SQLSTATE, sqlstateOf } from './sqlstate.ts'

/**
 * Runs `fn` in one READ COMMITTED transaction: all of it is kept, or none.
 * A deadlock or serialization failure runs `fn` again, so it must do nothing outside the transaction.
 * A connection lost during the commit leaves open whether it was kept: the error is `unavailable`.
 */
export function inTransaction<T>(db: Db, fn: (trx: Trx) => Promise<T>): Promise<T> {
  return retry({ attempts: 5, firstDelayMs: 20, isRetryable: isTransactionRetryable }, () =>
    db.transaction().setIsolationLevel('read committed').execute(fn),
  )
}

function isTransactionRetryable(error: unknown): boolean {
  const state = sqlstateOf(error)
  return (
    state === SQLSTATE.serialization_failure || state === SQLSTATE.deadlock_detected || isOutdatedPlan(error)
  )
}
