import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type pg from 'pg'
import { connect, type Database } from '../src/db/client.ts'
import { startEmbeddedPostgres } from '../src/db/embedded-postgres.ts'
import { migrate } from '../src/db/migrator.ts'
import { silentLogger } from '../src/lib/logger.ts'

export interface BenchContext {
  database: Database
  /** For another process, or a client of another kind. */
  connection: pg.PoolConfig
  /** A new org with nothing in it. */
  makeOrg(slug: string): Promise<number>
}

/** Runs `fn` on a database of its own, with the settings that a server starts with, and clears it away. */
export async function withContext<T>(fn: (context: BenchContext) => Promise<T>): Promise<T> {
  const dataDir = await mkdtemp(join(tmpdir(), 'waybill-bench-'))
  const postgres = await startEmbeddedPostgres({ dataDir, log: silentLogger })
  const database = connect({ connection: postgres.connection, log: silentLogger })
  try {
    await migrate(database.pool, { log: silentLogger })
    return await fn({
      database,
      connection: postgres.connection,
      async makeOrg(slug) {
        const { id } = await database.db
          .insertInto('org')
          .values({ slug, name: slug })
          .returning('id')
          .executeTakeFirstOrThrow()
        return id
      },
    })
  } finally {
    await database.close()
    await postgres.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
}
