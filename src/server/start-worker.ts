import { createRootGuard } from '../access/location-root.ts'
import type { Config } from '../config.ts'
import { migrate } from '../db/migrator.ts'
import { startWorker } from '../db/queue-worker.ts'
import { AppError } from '../errors.ts'
import { createStores } from '../storage/stores.ts'
import { deploymentOf } from './deployment-of.ts'
import { openDatabase } from './open-database.ts'
import { createServerLog } from './server-log.ts'
import { taskHandlers } from './task-handlers.ts'

export interface RunningWorker {
  stop(): Promise<void>
}

/** A worker without a server. The embedded PostgreSQL belongs to `serve`, which has a worker of its own. */
export async function startWorkerProcess(config: Config): Promise<RunningWorker> {
  if (config.databaseUrl === null) {
    throw new AppError(
      'usage',
      'A worker needs a PostgreSQL that it shares with the servers: set DATABASE_URL. Without one "waybill serve" runs an embedded PostgreSQL, and a worker with it',
    )
  }
  const log = createServerLog(config.logLevel)
  const database = await openDatabase(config, log)
  const deployment = deploymentOf(config)
  const { storeRoot } = deployment
  const stores = createStores({ log, mayLeadTo: createRootGuard(deployment), privateRoot: storeRoot })
  try {
    await migrate(database.pool, { log })
    const worker = await startWorker({
      database,
      tasks: taskHandlers({ database, stores, storeRoot, log, watchForMs: config.watchForMs }),
      concurrency: config.workerConcurrency,
      log,
    })
    return {
      async stop() {
        await worker.stop()
        await database.close()
      },
    }
  } catch (error) {
    await database.close()
    throw error
  }
}
