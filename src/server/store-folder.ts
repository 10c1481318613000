import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '../config.ts'
import { AppError } from '../errors.ts'

/** The store in the data directory is made. Another folder has to be there: its disk may not be mounted yet. */
export async function ensureStoreFolder(config: Pick<Config, 'dataDir' | 'store'>): Promise<void> {
  if (config.store.includes('://')) return
  if (config.store === join(config.dataDir, 'store')) {
    await mkdir(config.store, { recursive: true, mode: 0o700 })
    return
  }
  const found = await stat(config.store).catch(() => undefined)
  if (found?.isDirectory()) return
  throw new AppError(
    'invalid_config',
    `The private store ${config.store} is not there; make that folder or mount it, or give another --store`,
  )
}
