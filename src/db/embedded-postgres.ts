import { mkdir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { AppError } from '../errors.ts'
import type { Logger } from '../lib/logger.ts'
import { messageOf, systemCodeOf } from '../lib/system-error.ts'
import { postgresPort } from './cluster-processes.ts'
import { type DataDirLock, lockDataDir, openSocketFolder } from './data-dir-lock.ts'
import { preparePostgresBinaries } from './postgres-binaries.ts'
import { ensureCluster, superuser } from './postgres-cluster.ts'
import { openPostgresLog } from './postgres-log.ts'
import { startPostgresServer, stopPostgresServer } from './postgres-server.ts'
import { supervise } from './postgres-supervisor.ts'
import { choosePostgresUser } from './postgres-user.ts'

const databaseName = 'waybill'
/** A unix socket's address holds 108 bytes with its end. */
const maxAddressBytes = 107

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
    const stopping = new AbortController()
    const serverOptions = { ...cluster, connection, settings, signal: stopping.signal }
    const first = await startPostgresServer(serverOptions)
    await ensureDatabase(connection).catch(async (error: unknown) => {
      await stopPostgresServer(first)
      throw error
    })
    const supervisor = supervise(serverOptions, first, stopping)
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
