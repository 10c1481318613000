import { execFile } from 'node:child_process'
import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { AppError } from '../errors.ts'
import type { Logger } from '../lib/logger.ts'
import { systemCodeOf } from '../lib/system-error.ts'

/** Only a part of the socket's name: PostgreSQL listens on no network. */
export const postgresPort = 5432

const pidFiles = ['postmaster.pid', `.s.PGSQL.${postgresPort}.lock`]

interface Step {
  signal: NodeJS.Signals
  waitMs: number
}

/** A clean stop, then an immediate one, then none. */
const politely: readonly Step[] = [
  { signal: 'SIGINT', waitMs: 10_000 },
  { signal: 'SIGQUIT', waitMs: 3_000 },
  { signal: 'SIGKILL', waitMs: 5_000 },
]
const atOnce: readonly Step[] = [{ signal: 'SIGKILL', waitMs: 5_000 }]

/**
 * Ends every PostgreSQL process that still works in the directory, and removes the pid files they leave: a
 * process that got the same pid since, or a zombie, would otherwise keep PostgreSQL from starting.
 * Call it only while holding the data directory: then whatever runs there has outlived its server.
 */
export async function endClusterProcesses(clusterDir: string, log: Logger): Promise<void> {
  await endProcessesIn(clusterDir, politely, log)
  await Promise.all(pidFiles.map((name) => rm(join(clusterDir, name), { force: true })))
}

/** The same for a cluster that was never finished, from which nothing has to be saved. */
export async function killClusterProcesses(directory: string, log: Logger): Promise<void> {
  await endProcessesIn(directory, atOnce, log)
}

async function endProcessesIn(directory: string, steps: readonly Step[], log: Logger): Promise<void> {
  let pids = await findClusterProcesses(directory)
  for (const { signal, waitMs } of steps) {
    if (pids.length === 0) return
    log.warn({ pids, signal, directory }, 'Ending a PostgreSQL that outlived its server')
    const deadline = Date.now() + waitMs
    const asked = new Set<number>()
    while (pids.length > 0 && Date.now() < deadline) {
      // Backends end with their postmaster; to them alone SIGINT means only to cancel a query.
      const postmaster = await readPostmasterPid(directory)
      const due = pids.filter((pid) => !asked.has(pid) && (signal !== 'SIGINT' || pid === postmaster))
      for (const pid of due) {
        sendSignal(pid, signal, directory)
        asked.add(pid)
      }
      await sleep(50)
      pids = await findClusterProcesses(directory)
    }
  }
  if (pids.length === 0) return
  throw new AppError(
    'database_start_failed',
    `Process ${pids.join(', ')} still uses the database ${directory} and does not end; end it and start again`,
  )
}

function sendSignal(pid: number, signal: NodeJS.Signals, clusterDir: string): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if (systemCodeOf(error) === 'ESRCH') return
    throw new AppError(
      'database_start_failed',
      `Process ${pid} of another user uses the database ${clusterDir}; end it and start again`,
      { cause: error },
    )
  }
}

/** The postmaster and all it started work in the cluster's directory; their pids say nothing by themselves. */
async function findClusterProcesses(clusterDir: string): Promise<number[]> {
  if (process.platform !== 'linux') return await findPostmaster(clusterDir)
  const directory = await stat(clusterDir)
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const found = await Promise.all(
    pids.map(async (pid) => {
      const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')
      if (name !== 'postgres\n' && name !== 'initdb\n') return false
      const cwd = await stat(`/proc/${pid}/cwd`).catch(() => undefined)
      return cwd !== undefined && cwd.dev === directory.dev && cwd.ino === directory.ino
    }),
  )
  return pids.filter((_, index) => found[index]).map(Number)
}

async function findPostmaster(clusterDir: string): Promise<number[]> {
  const pid = await readPostmasterPid(clusterDir)
  if (pid === undefined) return []
  const { stdout } = await promisify(execFile)('ps', ['-o', 'comm=', '-p', String(pid)]).catch(() => ({
    stdout: '',
  }))
  return /(^|\/)postgres$/.test(stdout.trim()) ? [pid] : []
}

async function readPostmasterPid(clusterDir: string): Promise<number | undefined> {
  const text = await readFile(join(clusterDir, 'postmaster.pid'), 'utf8').catch(() => '')
  const pid = Number.parseInt(text, 10)
  return pid > 1 ? pid : undefined
}
