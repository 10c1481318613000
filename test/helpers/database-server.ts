import { readdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import type pg from 'pg'
import { onTestFinished } from 'vitest'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/db/embedded-postgres.ts'
import { silentLogger } from '../../src/lib/logger.ts'
import { type Child, startChild } from './child-process.ts'

/** Starts a database in this process, stopped when the test has ended. */
export async function startDatabase(dataDir: string): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({ dataDir, log: silentLogger })
  onTestFinished(() => postgres.stop())
  return postgres
}

export interface DatabaseServer {
  child: Child
  /** The PostgreSQL below it. */
  pid: number
  connection: pg.PoolConfig
}

/** A process of its own that has started a database, to be killed. */
export async function startDatabaseServer(dataDir: string): Promise<DatabaseServer> {
  const child = startChild('db/postgres-child.ts', { dataDir })
  onTestFinished(() => void child.process.kill('SIGKILL'))
  return { child, ...(JSON.parse(await child.line('ready ')) as Pick<DatabaseServer, 'pid' | 'connection'>) }
}

/** A zombie is dead: that nobody has asked how it ended changes nothing. */
export async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return !/^\d+ \(.*\) Z/.test(status)
}

/** The shell that ends a database when its server is gone; it works in the cluster's directory. */
export async function findWatcher(dataDir: string): Promise<number> {
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')
    const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => '')
    if (name === 'sh\n' && cwd === join(dataDir, 'postgres')) return Number(pid)
  }
  throw new Error('no watcher')
}
