import { createRootsOf } from '../access/roots-of.ts'
import type { Database } from '../db/client.ts'
import type { TaskHandlers } from '../db/queue-worker.ts'
import { fileTasks } from '../files/file-tasks.ts'
import { createLooker } from '../files/look-at.ts'
import { createUploads } from '../files/uploads.ts'
import type { Logger } from '../lib/logger.ts'
import type { Stores } from '../storage/stores.ts'
import { findUploadedPaths } from '../workflows/uploaded-paths.repository.ts'

/** What each task of the queue does, by its name: the one list for `serve` and for `worker`. */
export function taskHandlers(deps: {
  database: Database
  stores: Stores
  /** The private store's. */
  storeRoot: string
  log: Logger
  watchForMs: number
}): TaskHandlers {
  const { stores, storeRoot, watchForMs } = deps
  const { db } = deps.database
  const uploads = createUploads({ db, storeRoot, find: findUploadedPaths })
  const lookAt = createLooker({ rootsOf: createRootsOf(db), stores, uploads })
  return { ...fileTasks({ db, stores, uploads, watchForMs, lookAt }) }
}
