import { createRootsOf } from '../access/roots-of.ts'
import type { Database } from '../db/client.ts'
import type { TaskHandlers } from '../db/queue-worker.ts'
import { fileTasks } from '../files/file-tasks.ts'
import { createLooker } from '../files/look-at.ts'
import type { Logger } from '../lib/logger.ts'
import type { Stores } from '../storage/stores.ts'

/** What each task of the queue does, by its name: the one list for `serve` and for `worker`. */
export function taskHandlers(deps: {
  database: Database
  stores: Stores
  log: Logger
  watchForMs: number
}): TaskHandlers {
  const { stores, watchForMs } = deps
  const { db } = deps.database
  return {
    ...fileTasks({ db, stores, watchForMs, lookAt: createLooker({ rootsOf: createRootsOf(db), stores }) }),
  }
}
