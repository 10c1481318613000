import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type pg from 'pg'
import type { Config } from '../../config.ts'
import { maskPassword } from '../../config-settings.ts'
import { connect } from '../../db/client.ts'
import { pendingMigrations } from '../../db/migrator.ts'
import { choosePostgresUser } from '../../db/postgres-user.ts'
import { findRunningPostgres } from '../../db/running-postgres.ts'
import { AppError } from '../../errors.ts'
import { silentLogger } from '../../lib/logger.ts'
import { messageOf } from '../../lib/system-error.ts'
import { type Check, fault, ok, warning } from './check.ts'

const oldestPostgres = 15
const skewWarningMs = 2000
const skewFaultMs = 60_000

/** Starts nothing: an embedded PostgreSQL that does not run is only described. */
export async function checkDatabase(config: Config): Promise<Check[]> {
  if (config.databaseUrl !== null) {
    const name = maskPassword(config.databaseUrl)
    const remedy = 'Start that PostgreSQL, or mend DATABASE_URL'
    return await checkServer(name, { connectionString: config.databaseUrl }, remedy)
  }
  const running = await findRunningPostgres(config.dataDir)
  if (running === undefined) return [await describeCluster(config.dataDir)]
  try {
    return await checkServer(
      'embedded PostgreSQL',
      running.connection,
      'Look into postgres.log in the data directory',
    )
  } finally {
    running.close()
  }
}

async function describeCluster(dataDir: string): Promise<Check> {
  const clusterDir = join(dataDir, 'postgres')
  try {
    await choosePostgresUser(clusterDir)
  } catch (error) {
    return fault('database', messageOf(error), 'Mend that, or give another --data-dir')
  }
  const version = await readFile(join(clusterDir, 'PG_VERSION'), 'utf8').catch(() => undefined)
  const state =
    version === undefined ? 'the first start makes it' : `its cluster is of version ${version.trim()}`
  return ok('database', `Embedded PostgreSQL: not running; ${state}`)
}

async function checkServer(name: string, connection: pg.PoolConfig, remedy: string): Promise<Check[]> {
  const database = connect({
    connection: { ...connection, connectionTimeoutMillis: 5000 },
    poolSize: 2,
    statementTimeoutMs: 10_000,
    log: silentLogger,
  })
  try {
    const askedAt = Date.now()
    const { rows } = await database.pool.query<{ version: string; now: Date }>(
      `select current_setting('server_version') as version, clock_timestamp() as now`,
    )
    const answeredAt = Date.now()
    const [row] = rows
    if (row === undefined) return []
    return [
      checkVersion(name, row.version),
      checkClock(row.now.getTime() - (askedAt + answeredAt) / 2),
      await checkSchema(database.pool),
    ]
  } catch (error) {
    return [fault('database', `${name} does not answer: ${reasonOf(error)}`, remedy)]
  } finally {
    await database.close().catch(() => undefined)
  }
}

function checkVersion(name: string, version: string): Check {
  if (Number.parseInt(version, 10) >= oldestPostgres)
    return ok('database', `${name} answers, version ${version}`)
  return fault(
    'database',
    `${name} is of version ${version}, and Waybill needs ${oldestPostgres} or newer`,
    'Upgrade that PostgreSQL',
  )
}

function checkClock(skewMs: number): Check {
  const seconds = (Math.abs(skewMs) / 1000).toFixed(1)
  if (Math.abs(skewMs) < skewWarningMs)
    return ok('clock', `The clock is that of the database to ${seconds} s`)
  const message = `The clock is ${seconds} s ${skewMs > 0 ? 'behind' : 'ahead of'} that of the database`
  const remedy = 'Let both machines keep the time with NTP'
  return Math.abs(skewMs) < skewFaultMs ? warning('clock', message, remedy) : fault('clock', message, remedy)
}

async function checkSchema(pool: pg.Pool): Promise<Check> {
  try {
    const pending = await pendingMigrations(pool)
    if (pending.length === 0) return ok('schema', 'The schema is up to date')
    return warning(
      'schema',
      `${pending.length} migrations are pending: ${pending.join(', ')}`,
      'Run "waybill migrate", or start "waybill serve", which does it',
    )
  } catch (error) {
    return fault('schema', reasonOf(error), 'Use the Waybill that this database was made by')
  }
}

function reasonOf(error: unknown): string {
  const cause = error instanceof AppError && error.cause !== undefined ? error.cause : error
  return messageOf(cause) || messageOf(error)
}
