import { chmod, chown, mkdtemp, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../errors.ts'
import type { Logger } from '../lib/logger.ts'
import { systemCodeOf } from '../lib/system-error.ts'
import { killClusterProcesses } from './cluster-processes.ts'
import { startGuardedProcess } from './guarded-process.ts'
import type { PostgresBinaries } from './postgres-binaries.ts'
import type { PostgresLog } from './postgres-log.ts'
import type { PostgresUser } from './postgres-user.ts'

export const superuser = 'waybill'
const majorVersion = '18'
const unfinishedPrefix = '.postgres-init-'

export interface ClusterOptions {
  dataDir: string
  clusterDir: string
  binaries: PostgresBinaries
  user: PostgresUser | undefined
  postgresLog: PostgresLog
  log: Logger
}

/**
 * The cluster's directory as PostgreSQL is told of it. It starts with that directory as its working
 * directory and resolves nothing else, so directories above may be closed to its user, and long.
 */
export function workingDirectoryOf(clusterDir: string): string {
  return process.platform === 'linux' ? '/proc/self/cwd' : clusterDir
}

/** Makes the cluster unless there is one. A start that dies half way leaves none: it is made beside, then moved. */
export async function ensureCluster(options: ClusterOptions): Promise<void> {
  await removeUnfinished(options.dataDir, options.log)
  const version = await readVersion(options.clusterDir)
  if (version === majorVersion) return
  if (version !== undefined) {
    throw new AppError(
      'database_start_failed',
      `The database ${options.clusterDir} was made by PostgreSQL ${version}, and this Waybill comes with PostgreSQL ${majorVersion}; move it across with pg_dump and pg_restore, or use another --data-dir`,
    )
  }
  const unfinished = await mkdtemp(join(options.dataDir, unfinishedPrefix))
  try {
    await chmod(unfinished, 0o700)
    if (options.user) await chown(unfinished, options.user.uid, options.user.gid)
    await runInitdb(options, unfinished)
    await rename(unfinished, options.clusterDir)
    await syncDirectory(options.dataDir)
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true })
    if (systemCodeOf(error) === 'ENOTEMPTY' || systemCodeOf(error) === 'EEXIST') {
      throw new AppError(
        'database_start_failed',
        `${options.clusterDir} holds files, but no PostgreSQL database; move them away and start again`,
        { cause: error },
      )
    }
    throw error
  }
}

async function runInitdb(options: ClusterOptions, directory: string): Promise<void> {
  const initdb = await startGuardedProcess({
    command: options.binaries.initdb,
    args: [
      '-D',
      workingDirectoryOf(directory),
      `--username=${superuser}`,
      '--encoding=UTF8',
      // Order by code point and Unicode letters, whatever locales the system has.
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      // The socket lies in this directory, of mode 0700. Whoever may enter could as well edit pg_hba.conf.
      '--auth=trust',
      '--no-instructions',
    ],
    cwd: directory,
    user: options.user,
    outputFd: options.postgresLog.fd,
  })
  const status = await initdb.exited
  if (status === 'status 0') return
  const reason = await options.postgresLog.findReason()
  throw new AppError('database_start_failed', initdbSentence(options, reason))
}

function initdbSentence(options: ClusterOptions, reason: string): string {
  if (/could not look up effective user ID/.test(reason)) {
    return `PostgreSQL cannot make a database as the user with id ${options.user?.uid ?? process.getuid?.()}, who has no line in /etc/passwd; run Waybill as a user who has one or as root, or give the address of another PostgreSQL in DATABASE_URL`
  }
  return `PostgreSQL could not make a database in ${options.dataDir}: ${reason}. Its log is ${options.postgresLog.path}`
}

async function removeUnfinished(dataDir: string, log: Logger): Promise<void> {
  const names = (await readdir(dataDir)).filter((name) => name.startsWith(unfinishedPrefix))
  for (const name of names) {
    await killClusterProcesses(join(dataDir, name), log)
    await rm(join(dataDir, name), { recursive: true, force: true, maxRetries: 5 })
  }
}

async function readVersion(clusterDir: string): Promise<string | undefined> {
  try {
    return (await readFile(join(clusterDir, 'PG_VERSION'), 'utf8')).trim()
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}
