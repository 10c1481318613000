import { join } from 'node:path'
import pg from 'pg'
import { systemCodeOf } from '../lib/system-error.ts'
import { postgresPort } from './cluster-processes.ts'
import { openSocketFolder } from './data-dir-lock.ts'
import { superuser } from './postgres-cluster.ts'

export interface RunningPostgres {
  /** Valid until `close`. */
  connection: pg.PoolConfig
  close(): void
}

/** The embedded PostgreSQL of a data directory, if one answers now. It is never started from here. */
export async function findRunningPostgres(dataDir: string): Promise<RunningPostgres | undefined> {
  const folder = openFolder(join(dataDir, 'postgres'))
  if (folder === undefined) return undefined
  const connection = {
    host: folder.addressOf('.'),
    port: postgresPort,
    user: superuser,
    database: 'waybill',
  }
  const client = new pg.Client({ ...connection, connectionTimeoutMillis: 5000 })
  client.on('error', () => undefined)
  try {
    await client.connect()
  } catch (error) {
    if (['ENOENT', 'ECONNREFUSED', 'EACCES'].includes(systemCodeOf(error) ?? '')) {
      folder.close()
      return undefined
    }
  } finally {
    await client.end().catch(() => undefined)
  }
  return { connection, close: folder.close }
}

function openFolder(path: string) {
  try {
    return openSocketFolder(path)
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes(systemCodeOf(error) ?? '')) return undefined
    throw error
  }
}
