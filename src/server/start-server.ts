import { createRootGuard } from '../access/location-root.ts'
import { signInPath } from '../access/token.ts'
import type { Config } from '../config.ts'
import { migrate } from '../db/migrator.ts'
import { queueDepth } from '../db/queue.ts'
import { startWorker } from '../db/queue-worker.ts'
import { startKeySweeper } from '../idempotency/key-sweeper.ts'
import { createStores } from '../storage/stores.ts'
import { startSubmissionSweeper } from '../workflows/submission-sweeper.ts'
import { buildApp } from './build-app.ts'
import { closeGracefully } from './close-gracefully.ts'
import { countedStores } from './counted-stores.ts'
import { deploymentOf } from './deployment-of.ts'
import { ensureFirstOrg } from './first-start.ts'
import { listen } from './listen.ts'
import { createMetrics } from './metrics.ts'
import { openDatabase } from './open-database.ts'
import { createServerLog } from './server-log.ts'
import { ensureStoreFolder } from './store-folder.ts'
import { taskHandlers } from './task-handlers.ts'

export interface RunningServer {
  url: string
  /** Signs the first owner of the org `default` in, once, within 15 minutes. */
  signInUrl: string | null
  /** Finishes what was accepted, requests first, then tasks, and then ends. */
  stop(): Promise<void>
}

/**
 * Brings up everything in the order in which one thing needs another, and takes it down in reverse. The data directory
 * is there already.
 */
export async function startServer(config: Config): Promise<RunningServer> {
  const log = createServerLog(config.logLevel)
  const stops: (() => Promise<void>)[] = []
  const stop = async () => {
    for (const step of stops.splice(0).reverse()) await step()
  }
  try {
    await ensureStoreFolder(config)
    const database = await openDatabase(config, log)
    stops.push(() => database.close())
    await migrate(database.pool, { log })
    const deployment = deploymentOf(config)
    const { signInCode } = await ensureFirstOrg({ db: database.db, deployment, log })
    const metrics = createMetrics({ database, queueDepth: () => queueDepth(database.db) })
    const stores = countedStores(
      createStores({ log, mayLeadTo: createRootGuard(deployment), privateRoot: deployment.storeRoot }),
      metrics.storeCalls,
    )
    const worker = await startWorker({
      database,
      tasks: taskHandlers({
        database,
        stores,
        storeRoot: deployment.storeRoot,
        log,
        watchForMs: config.watchForMs,
      }),
      concurrency: config.workerConcurrency,
      log,
    })
    stops.push(() => worker.stop())
    const sweeper = startKeySweeper(database.db, log)
    stops.push(async () => sweeper.stop())
    const privateStore = stores.storeFor(deployment.storeRoot)
    if (privateStore !== null) {
      const uploads = startSubmissionSweeper({ db: database.db, store: privateStore, log })
      stops.push(() => uploads.stop())
    }
    const limits = { bodyBytes: config.bodyLimitBytes, primaryBytes: config.primaryLimitBytes }
    const app = await buildApp({
      database,
      stores,
      deployment,
      log,
      metrics,
      limits,
      fileTypes: config.fileTypes,
    })
    stops.push(() => closeGracefully(app))
    const url = await listen(app, config)
    const signInUrl = signInCode === null ? null : `${config.publicUrl ?? url}${signInPath(signInCode)}`
    return { url, signInUrl, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
