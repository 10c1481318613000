import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { connect } from '../../src/db/client.ts'
import { buildApp } from '../../src/server/build-app.ts'
import { ensureFirstOrg, ownerTokenPath } from '../../src/server/first-start.ts'
import { createServerLog } from '../../src/server/server-log.ts'
import { ensureStoreFolder } from '../../src/server/store-folder.ts'
import { createStores } from '../../src/storage/stores.ts'

/**
 * A server in a process of its own, to be killed while files are uploaded. Run by `node --import tsx`, with the
 * database's connection and a data directory as JSON in its only argument.
 */
const { connection, dataDir } = JSON.parse(process.argv[2] ?? '{}')
const log = createServerLog('silent')
const database = connect({ connection, log })
const deployment = { dataDir, storeRoot: join(dataDir, 'store'), locations: [] }
await ensureStoreFolder({ dataDir, store: deployment.storeRoot })
await ensureFirstOrg({ db: database.db, deployment, log })
const app = await buildApp({
  database,
  stores: createStores({ log, privateRoot: deployment.storeRoot }),
  deployment,
  log,
})
const url = await app.listen({ port: 0, host: '127.0.0.1' })
const token = (await readFile(ownerTokenPath(dataDir), 'utf8')).trim()
process.stdout.write(`ready ${JSON.stringify({ url, token })}\n`)
