import { randomBytes } from 'node:crypto'
import type pg from 'pg'
import { inject } from 'vitest'
import { type ConnectOptions, connect, type Database } from '../../src/db/client.ts'
import { silentLogger } from '../../src/lib/logger.ts'
import { databaseOf, runOnce } from './global-setup.ts'

export interface TestDatabase extends Database {
  connection: pg.PoolConfig
  /** Closes it and removes it from the server. */
  drop(): Promise<void>
}

/** A migrated database of the caller's own. Create it in `beforeAll`, drop it in `afterAll`. */
export async function createTestDatabase(options: Partial<ConnectOptions> = {}): Promise<TestDatabase> {
  const { connection: server, template } = inject('testDatabase')
  const name = `waybill_test_${randomBytes(8).toString('hex')}`
  await runOnce(server, `create database ${name} template ${template}`)
  const connection = databaseOf(server, name)
  const database = connect({ log: silentLogger, ...options, connection })
  return {
    ...database,
    connection,
    async drop() {
      await database.close()
      await runOnce(server, `drop database ${name} with (force)`)
    },
  }
}
