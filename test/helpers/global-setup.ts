import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/db/embedded-postgres.ts'
import { migrate } from '../../src/db/migrator.ts'
import { silentLogger } from '../../src/lib/logger.ts'

declare module 'vitest' {
  interface ProvidedContext {
    testDatabase: { connection: pg.PoolConfig; template: string }
  }
}

const template = `waybill_template_${process.pid}`

/** One PostgreSQL for the whole run, with a migrated database that every test file clones. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const url = process.env.WAYBILL_TEST_DATABASE_URL
  const server = url === undefined ? await startServer() : undefined
  const connection = server?.postgres.connection ?? { connectionString: url }
  await runOnce(connection, `create database ${template}`)
  const pool = new pg.Pool(databaseOf(connection, template))
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  await migrate(pool, { log: silentLogger })
  await pool.end()
  project.provide('testDatabase', { connection, template })
  return async () => {
    await runOnce(connection, `drop database ${template} with (force)`)
    await server?.stop()
  }
}

async function startServer(): Promise<{ postgres: EmbeddedPostgres; stop(): Promise<void> }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'waybill-test-'))
  // No test of this cluster survives a power cut, so none waits for the disk.
  const settings = {
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    max_connections: '200',
  }
  const postgres = await startEmbeddedPostgres({ dataDir, log: silentLogger, settings })
  return {
    postgres,
    async stop() {
      await postgres.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** The same server's other database. */
export function databaseOf(connection: pg.PoolConfig, database: string): pg.PoolConfig {
  if (connection.connectionString === undefined) return { ...connection, database }
  const url = new URL(connection.connectionString)
  url.pathname = `/${database}`
  return { ...connection, connectionString: url.href }
}

/** One statement on a connection of its own. */
export async function runOnce(connection: pg.PoolConfig, statement: string): Promise<void> {
  const client = new pg.Client(connection)
  client.on('error', () => undefined)
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
