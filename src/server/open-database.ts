import type { Config } from '../config.ts'
import { connect, type Database } from '../db/client.ts'
import { startEmbeddedPostgres } from '../db/embedded-postgres.ts'
import type { Logger } from '../lib/logger.ts'

/** The database of the configuration: the one it names, or the embedded one, which `close` then stops as well. */
export async function openDatabase(config: Config, log: Logger): Promise<Database> {
  const embedded =
    config.databaseUrl === null ? await startEmbeddedPostgres({ dataDir: config.dataDir, log }) : null
  const database = connect({
    connection: embedded?.connection ?? { connectionString: config.databaseUrl ?? '' },
    poolSize: config.poolSize,
    statementTimeoutMs: config.statementTimeoutMs,
    log,
  })
  return {
    ...database,
    async close() {
      await database.close()
      await embedded?.stop()
    },
  }
}
