import type { Db } from '../db/client.ts'
import type { Logger } from '../lib/logger.ts'
import { deleteOldKeys } from './idempotency.repository.ts'

const everyMs = 60 * 60 * 1000

/** Removes Idempotency-Keys that have had their 24 hours. Any number of servers may do it at once. */
export function startKeySweeper(db: Db, log: Logger): { stop(): void } {
  const sweep = () =>
    deleteOldKeys(db).catch((error: unknown) => {
      log.warn({ err: error }, 'Old Idempotency-Keys could not be removed; trying again in an hour')
    })
  const timer = setInterval(() => void sweep(), everyMs)
  timer.unref()
  return { stop: () => clearInterval(timer) }
}
