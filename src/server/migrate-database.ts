import type { Config } from '../config.ts'
import { migrate, pendingMigrations } from '../db/migrator.ts'
import { openDatabase } from './open-database.ts'
import { createServerLog } from './server-log.ts'

/**
 * The names of the migrations that were applied, or with `dryRun` would be. The embedded PostgreSQL is started for as
 * long as it takes; a server that runs on it is in the way (`data_dir_in_use`).
 */
export async function migrateDatabase(config: Config, { dryRun }: { dryRun: boolean }): Promise<string[]> {
  const log = createServerLog(config.logLevel)
  const database = await openDatabase(config, log)
  try {
    if (dryRun) return await pendingMigrations(database.pool)
    return (await migrate(database.pool, { log })).applied
  } finally {
    await database.close()
  }
}
