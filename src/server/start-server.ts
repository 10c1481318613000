import { mkdir } from 'node:fs/promises'
import { pino } from 'pino'
import { signInPath } from '../access/token.ts'
import type { Config } from '../config.ts'
import { connect } from '../db/client.ts'
import { startEmbeddedPostgres } from '../db/embedded-postgres.ts'
import { migrate } from '../db/migrator.ts'
import { createStores } from '../storage/stores.ts'
import { buildApp } from './build-app.ts'
import { ensureFirstOrg } from './first-start.ts'
import { ensureStoreFolder } from './store-folder.ts'

export interface RunningServer {
  url: string
  /** Signs the first owner of the org `default` in, once, within 15 minutes. */
  signInUrl: string | null
  stop(): Promise<void>
}

/** Brings up everything in the order in which one thing needs another, and takes it down in reverse. */
export async function startServer(config: Config): Promise<RunningServer> {
  const log = pino({ level: config.logLevel }, pino.destination(2))
  const stops: (() => Promise<void>)[] = []
  const stop = async () => {
    for (const step of stops.splice(0).reverse()) await step()
  }
  try {
    await mkdir(config.dataDir, { recursive: true, mode: 0o700 })
    await ensureStoreFolder(config)
    const embedded =
      config.databaseUrl === null ? await startEmbeddedPostgres({ dataDir: config.dataDir, log }) : null
    if (embedded) stops.push(() => embedded.stop())
    const connection = embedded?.connection ?? { connectionString: config.databaseUrl ?? '' }
    const database = connect({
      connection,
      poolSize: config.poolSize,
      statementTimeoutMs: config.statementTimeoutMs,
      log,
    })
    stops.push(() => database.close())
    await migrate(database.pool, { log })
    const deployment = {
      dataDir: config.dataDir,
      storeRoot: config.store,
      locations: config.locations,
    }
    const { signInCode } = await ensureFirstOrg({ db: database.db, deployment, log })
    const app = await buildApp({ database, stores: createStores({ log }), deployment, log })
    stops.push(() => app.close())
    const url = await app.listen({ host: config.host, port: config.port })
    return { url, signInUrl: signInCode === null ? null : `${url}${signInPath(signInCode)}`, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
