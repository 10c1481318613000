import type { Config } from '../config.ts'
import { connect } from '../db/client.ts'
import { startEmbeddedPostgres } from '../db/embedded-postgres.ts'
import { migrate, pendingMigrations } from '../db/migrator.ts'
import { createServerLog } from './server-log.ts'

/**
 * The names of the migrations that were applied, or with `dryRun` would be. The embedded PostgreSQL is started for as
 * long as it takes; a server that runs on it is in the way (`data_dir_in_use`).
 */
export async function migrateDatabase(config: Config, { dryRun }: { dryRun: boolean }): Promise<string[]> {
  const log = createServerLog(config.logLevel)
  const embedded =
    config.databaseUrl === null ? await startEmbeddedPostgres({ dataDir: config.dataDir, log }) : null
  const connection = embedded?.connection ?? { connectionString: config.databaseUrl ?? '' }
  const database = connect({ connection, log })
  try {
    if (dryRun) return await pendingMigrations(database.pool)
    return (await migrate(database.pool, { log })).applied
  } finally {
    await database.close()
    await embedded?.stop()
  }
}
