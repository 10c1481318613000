import { mkdir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { AppError } from '../errors.ts'
import type { Logger } from '../lib/logger.ts'
import { jitteredDelayMs } from '../lib/retry.ts'
import { messageOf, systemCodeOf } from '../lib/system-error.ts'
import { postgresPort } from './cluster-processes.ts'
import { type DataDirLock, lockDataDir, openSocketFolder } from './data-dir-lock.ts'
import type { GuardedProcess } from './guarded-process.ts'
import { preparePostgresBinaries } from './postgres-binaries.ts'
import { ensureCluster, superuser } from './postgres-cluster.ts'
import { openPostgresLog } from './postgres-log.ts'
import { type PostgresServerOptions, startPostgresServer, stopPostgresServer } from './postgres-server.ts'
import { choosePostgresUser } from './postgres-user.ts'

const databaseName = 'waybill'
/** A unix socket's address holds 108 bytes with its end. */
const maxAddressBytes = 107
const firstRestartDelayMs = 100
const maxRestartDelayMs = 10_000
/** One that ran this long was well; the next restart waits the shortest time again. */
const healthyAfterMs = 60_000

export interface EmbeddedPostgres {
  /** For this process; it stays valid when PostgreSQL is restarted. */
  connection: pg.PoolConfig
  /** The PostgreSQL that runs now; a restart changes it. */
  readonly pid: number
  /** Ends PostgreSQL cleanly and frees the data directory. Close the pools first. May be called again. */
  stop(): Promise<void>
}

export interface EmbeddedPostgresOptions {
  /** Waybill's data directory; the cluster is its folder `postgres`. Made when it is not there. */
  dataDir: string
  log: Logger
  /** PostgreSQL settings beside the defaults, for tests. */
  settings?: Readonly<Record<string, string>>
}

/**
 * Starts the PostgreSQL that comes with Waybill, and starts it again whenever it ends by itself. It ends with
 * this process, even by kill -9. Throws `data_dir_in_use`, `invalid_config` or `database_start_failed`.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dataDir = await makeDataDir(options.dataDir)
  const lock = await lockDataDir(dataDir)
  try {
    return await startLocked(dataDir, lock, options)
  } catch (error) {
    await lock.release()
    if (error instanceof AppError) throw error
    throw new AppError(
      'database_start_failed',
      `The database in ${dataDir} cannot be started: ${messageOf(error)}`,
      { cause: error },
    )
  }
}

async function startLocked(
  dataDir: string,
  lock: DataDirLock,
  { log, settings = {} }: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const clusterDir = join(dataDir, 'postgres')
  const user = await choosePostgresUser(clusterDir)
  const binaries = await preparePostgresBinaries(dataDir, user)
  const postgresLog = await openPostgresLog(join(dataDir, 'postgres.log'))
  const closers = [() => postgresLog.close()]
  const close = () => {
    for (const closer of closers) closer()
  }
  try {
    const cluster = { dataDir, clusterDir, binaries, user, postgresLog, log }
    await ensureCluster(cluster)
    const socket = openSocketDirectory(clusterDir)
    closers.push(socket.close)
    const connection = { host: socket.directory, port: postgresPort, user: superuser, database: databaseName }
    const serverOptions = { ...cluster, connection, settings }
    const first = await startPostgresServer(serverOptions)
    await ensureDatabase(connection).catch(async (error: unknown) => {
      await stopPostgresServer(first)
      throw error
    })
    const supervisor = supervise(serverOptions, first)
    let stopped: Promise<void> | undefined
    return {
      connection,
      get pid() {
        return supervisor.pid()
      },
      stop() {
        stopped ??= supervisor.stop().finally(async () => {
          close()
          await lock.release()
        })
        return stopped
      },
    }
  } catch (error) {
    close()
    throw error
  }
}

/** Restarts PostgreSQL when it ends unasked (killed, out of memory), so that the server above heals. */
function supervise(options: PostgresServerOptions, first: GuardedProcess) {
  const stopping = new AbortController()
  let current = first
  let failures = 0

  async function keepRunning(): Promise<void> {
    while (!stopping.signal.aborted) {
      const startedAt = Date.now()
      const status = await current.exited
      if (stopping.signal.aborted) return
      options.log.error({ pid: current.pid, status }, 'PostgreSQL ended unexpectedly; starting it again')
      if (Date.now() - startedAt > healthyAfterMs) failures = 0
      await restart()
    }
  }

  async function restart(): Promise<void> {
    while (!stopping.signal.aborted) {
      failures += 1
      const delayMs = jitteredDelayMs(failures, firstRestartDelayMs, maxRestartDelayMs)
      await sleep(delayMs, undefined, { signal: stopping.signal }).catch(() => undefined)
      if (stopping.signal.aborted) return
      try {
        current = await startPostgresServer(options)
        options.log.info({ pid: current.pid }, 'PostgreSQL runs again')
        return
      } catch (error) {
        options.log.error({ err: error }, 'PostgreSQL could not be started again; trying once more soon')
      }
    }
  }

  const loop = keepRunning()
  return {
    pid: () => current.pid,
    async stop() {
      stopping.abort()
      await stopPostgresServer(current)
      await loop
      // A restart that was under way when the stop came has made a new one.
      await stopPostgresServer(current)
    },
  }
}

async function makeDataDir(path: string): Promise<string> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 })
    if (!(await stat(path)).isDirectory()) throw new Error('it is not a directory')
    return await realpath(path)
  } catch (error) {
    throw new AppError(
      'invalid_config',
      `The data directory ${path} cannot be used: ${dataDirFault(error)}; give a directory that this user can write to with --data-dir`,
      { cause: error },
    )
  }
}

function dataDirFault(error: unknown): string {
  const code = systemCodeOf(error)
  if (code === 'EEXIST' || code === 'ENOTDIR') return 'there is a file in its place'
  // What Node reports when a directory cannot be made on a read-only file system.
  if (code === 'ENOENT') return 'it cannot be made, for the file system may only be read'
  return messageOf(error)
}

function openSocketDirectory(clusterDir: string): { directory: string; close: () => void } {
  if (Buffer.byteLength(`${clusterDir}/.s.PGSQL.${postgresPort}`) <= maxAddressBytes) {
    return { directory: clusterDir, close: () => undefined }
  }
  const folder = openSocketFolder(clusterDir)
  return { directory: folder.addressOf('.'), close: folder.close }
}

async function ensureDatabase(connection: pg.PoolConfig): Promise<void> {
  const client = new pg.Client({ ...connection, database: 'postgres' })
  client.on('error', () => undefined)
  await client.connect()
  try {
    const found = await client.query('select 1 from pg_database where datname = $1', [databaseName])
    if (found.rowCount === 0) await client.query(`create database ${databaseName}`)
  } finally {
    await client.end()
  }
}
