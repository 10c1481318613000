import type pg from 'pg'
import { AppError } from '../errors.ts'
import type { Logger } from '../lib/logger.ts'
import { messageOf } from '../lib/system-error.ts'
import { wrapDatabaseError } from './database-error.ts'
import { type MigrationFile, packageMigrations, readMigrations } from './migration-files.ts'
import { installQueue } from './queue-schema.ts'
import { SQLSTATE, sqlstateOf } from './sqlstate.ts'

/** The bytes of `wbmigrat`: the number only has to be no other advisory lock's. */
const migrationLock = '8602558537705611636'

export interface MigrateOptions {
  log: Logger
  /** Default: the package's own. */
  directory?: string
}

interface AppliedMigration {
  number: number
  name: string
  digest: string
}

/**
 * Brings the schema up to this server's files, each in a transaction of its own, and installs the queue's.
 * Any number of servers may call it at once: one works, the others wait and find nothing left to do.
 * Throws `schema_too_new` when the database knows migrations that this server does not.
 */
export async function migrate(pool: pg.Pool, options: MigrateOptions): Promise<{ applied: string[] }> {
  const files = await readMigrations(options.directory ?? packageMigrations)
  return await withMigrationLock(pool, async (client) => {
    await client.query(`create table if not exists schema_migration (
      number integer primary key,
      name text not null,
      digest text not null,
      applied_at timestamptz not null default now()
    )`)
    const pending = findPending(files, await listApplied(client))
    for (const file of pending) {
      await applyMigration(client, file)
      options.log.info({ migration: file.name }, 'Applied a migration')
    }
    await installQueue(pool, options.log)
    return { applied: pending.map((file) => file.name) }
  })
}

/** The names of the migrations that `migrate` would apply. Throws as it does. */
export async function pendingMigrations(
  pool: pg.Pool,
  options: { directory?: string } = {},
): Promise<string[]> {
  const files = await readMigrations(options.directory ?? packageMigrations)
  const applied = await listApplied(pool).catch((error: unknown) => {
    if (sqlstateOf(error) === SQLSTATE.undefined_table) return []
    throw wrapDatabaseError(error)
  })
  return findPending(files, applied).map((file) => file.name)
}

/** The lock is the session's, so a server that dies while migrating lets the next one in. */
async function withMigrationLock<T>(pool: pg.Pool, fn: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect().catch((error: unknown) => {
    throw wrapDatabaseError(error)
  })
  try {
    // Another server's migration, or this one on a large table, may take longer than any request may.
    await client.query('set statement_timeout = 0; set lock_timeout = 0')
    await client.query('select pg_advisory_lock($1)', [migrationLock])
    return await fn(client)
  } catch (error) {
    throw wrapDatabaseError(error)
  } finally {
    // Closing the session frees the lock and drops its settings.
    client.release(true)
  }
}

async function listApplied(client: Pick<pg.Pool, 'query'>): Promise<AppliedMigration[]> {
  const result = await client.query<AppliedMigration>(
    'select number, name, digest from schema_migration order by number',
  )
  return result.rows
}

function findPending(files: readonly MigrationFile[], applied: readonly AppliedMigration[]): MigrationFile[] {
  const newest = applied.at(-1)?.number ?? 0
  if (newest > files.length) {
    throw new AppError(
      'schema_too_new',
      `The database is at migration ${newest}, and this Waybill knows them up to ${files.length}; run the newer Waybill that made it, or restore a backup from before`,
    )
  }
  for (const row of applied) {
    const file = files[row.number - 1]
    if (file?.digest !== row.digest) {
      throw new AppError(
        'internal',
        `The migration ${row.name} was applied to the database and has changed since; restore the file as it was, and put the change in a new migration`,
      )
    }
  }
  return files.filter((file) => !applied.some((row) => row.number === file.number))
}

async function applyMigration(client: pg.PoolClient, file: MigrationFile): Promise<void> {
  try {
    await client.query('begin')
    await client.query(file.sql)
    await client.query('insert into schema_migration (number, name, digest) values ($1, $2, $3)', [
      file.number,
      file.name,
      file.digest,
    ])
    await client.query('commit')
  } catch (error) {
    await client.query('rollback').catch(() => undefined)
    const wrapped = wrapDatabaseError(error)
    if (wrapped instanceof AppError) throw wrapped
    throw new AppError('internal', `The migration ${file.name} failed: ${messageOf(error)}`, { cause: error })
  }
}
