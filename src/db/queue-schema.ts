import { Logger as GraphileLogger, runMigrations } from 'graphile-worker'
import type pg from 'pg'
import type { Logger } from '../lib/logger.ts'

/** The queue's own tables, by its own migrations; any number of servers may do it at once. */
export async function installQueue(pool: pg.Pool, log: Logger): Promise<void> {
  await runMigrations({ pgPool: pool, logger: queueLogger(log) })
  // Every worker looks each second for jobs of workers that are gone; that must not read the whole queue.
  await pool.query(`
    create index if not exists waybill_locked_jobs
    on graphile_worker._private_jobs (locked_by) where locked_by is not null`)
}

/** graphile-worker tells of each job at `info`; for a server that is detail. */
export function queueLogger(log: Logger): GraphileLogger {
  return new GraphileLogger((scope) => (level, message, meta) => {
    const fields = { ...scope, ...meta }
    if (level === 'error') log.error(fields, message)
    else if (level === 'warning') log.warn(fields, message)
    else log.debug(fields, message)
  })
}
