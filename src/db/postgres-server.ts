import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { AppError } from '../errors.ts'
import { endClusterProcesses } from './cluster-processes.ts'
import { type GuardedProcess, startGuardedProcess } from './guarded-process.ts'
import { type ClusterOptions, workingDirectoryOf } from './postgres-cluster.ts'

/** Recovery after a crash replays at most about 1 GB; a start that takes longer has hung. */
const readyTimeoutMs = 600_000
const slowStartMs = 10_000
const stopEscalation: readonly { signal: NodeJS.Signals; waitMs: number }[] = [
  { signal: 'SIGINT', waitMs: 30_000 },
  { signal: 'SIGQUIT', waitMs: 5_000 },
  { signal: 'SIGKILL', waitMs: 5_000 },
]

const defaultSettings: Readonly<Record<string, string>> = {
  listen_addresses: '',
  unix_socket_permissions: '0700',
  max_connections: '60',
  shared_buffers: '128MB',
  work_mem: '16MB',
  random_page_cost: '1.1',
  // Requests are short: compiling costs more than it saves, and parallel workers need a large /dev/shm.
  jit: 'off',
  max_parallel_workers_per_gather: '0',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_line_prefix: '%m [%p] ',
  log_checkpoints: 'off',
  // What a request does wrong comes back to it; the log is for what befalls PostgreSQL itself.
  log_min_messages: 'log',
}

export interface PostgresServerOptions extends ClusterOptions {
  connection: pg.PoolConfig
  /** Settings beside the defaults, for tests. */
  settings: Readonly<Record<string, string>>
  /** Gives up a start that is under way. */
  signal: AbortSignal
}

/** Starts PostgreSQL on the cluster and waits until it answers. Ends first what is left of an earlier one. */
export async function startPostgresServer(options: PostgresServerOptions): Promise<GuardedProcess> {
  await endClusterProcesses(options.clusterDir, options.log)
  const directory = workingDirectoryOf(options.clusterDir)
  const settings = { ...defaultSettings, unix_socket_directories: directory, ...options.settings }
  const server = await startGuardedProcess({
    command: options.binaries.postgres,
    args: [
      '-D',
      directory,
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    cwd: options.clusterDir,
    user: options.user,
    outputFd: options.postgresLog.fd,
  })
  try {
    await waitUntilReady(options, server)
    return server
  } catch (error) {
    await stopPostgresServer(server)
    throw error
  }
}

export async function stopPostgresServer(server: GuardedProcess): Promise<void> {
  for (const { signal, waitMs } of stopEscalation) {
    if (server.hasExited()) return
    server.kill(signal)
    const timeout = new AbortController()
    await Promise.race([
      server.exited,
      sleep(waitMs, undefined, { signal: timeout.signal }).catch(() => undefined),
    ])
    timeout.abort()
  }
}

async function waitUntilReady(options: PostgresServerOptions, server: GuardedProcess): Promise<void> {
  const start = Date.now()
  let slowLogged = false
  for (;;) {
    options.signal.throwIfAborted()
    if (server.hasExited()) {
      const reason = await options.postgresLog.findReason()
      throw new AppError(
        'database_start_failed',
        `PostgreSQL ended while it started on ${options.clusterDir}: ${reason}. Its log is ${options.postgresLog.path}`,
      )
    }
    if (await answers({ ...options.connection, database: 'postgres' })) return
    const waitedMs = Date.now() - start
    if (waitedMs > slowStartMs && !slowLogged) {
      slowLogged = true
      options.log.info({ waitedMs }, 'PostgreSQL is still starting, as it does after a crash')
    }
    if (waitedMs > readyTimeoutMs) {
      throw new AppError(
        'database_start_failed',
        `PostgreSQL did not answer within ${readyTimeoutMs / 1000} s on ${options.clusterDir}. Its log is ${options.postgresLog.path}`,
      )
    }
    await sleep(20)
  }
}

async function answers(connection: pg.PoolConfig): Promise<boolean> {
  const client = new pg.Client({ ...connection, connectionTimeoutMillis: 5000 })
  client.on('error', () => undefined)
  try {
    await client.connect()
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => undefined)
  }
}
