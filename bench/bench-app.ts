import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createRootGuard } from '../src/access/location-root.ts'
import { AnalysisInput } from '../src/contract/analysis.ts'
import { connect } from '../src/db/client.ts'
import { buildApp } from '../src/server/build-app.ts'
import { ensureFirstOrg, ownerTokenPath } from '../src/server/first-start.ts'
import { createServerLog } from '../src/server/server-log.ts'
import { ensureStoreFolder } from '../src/server/store-folder.ts'
import { createStores } from '../src/storage/stores.ts'

/**
 * The whole server in a process of its own, and beside its routes `POST /bench/echo`: it takes the body of an
 * analysis, authenticates and validates, and answers as many bytes as an analysis has, without store or SQL of its
 * own. Run with `{ connection, dataDir, bucket }` as JSON in its only argument.
 */
const { connection, dataDir, bucket } = JSON.parse(process.argv[2] ?? '{}')
const log = createServerLog('silent')
const database = connect({ connection, log })
const deployment = { dataDir, storeRoot: join(dataDir, 'store'), locations: [bucket] }
await ensureStoreFolder({ dataDir, store: deployment.storeRoot })
await ensureFirstOrg({ db: database.db, deployment, log })
const stores = createStores({ log, mayLeadTo: createRootGuard(deployment) })
const app = await buildApp({ database, stores, deployment, log })
app.post(
  '/bench/echo',
  { config: { access: 'submitter' }, schema: { body: AnalysisInput } },
  async (request) => {
    const { outputs, ...rest } = request.body
    return {
      id: 1,
      project: 'bench',
      ...rest,
      outputs: Object.fromEntries(Object.entries(outputs ?? {}).map(enrich)),
    }
  },
)

function enrich([name, sent]: [string, unknown]) {
  const facts = { nameroot: 'file-1', nameext: '.vcf.gz', file_checksum: 'AAAAAA==', size: 1, meta: null }
  const path = { path: `${bucket}/run/1/file-1.vcf.gz`, dirname: `${bucket}/run/1` }
  return [
    name,
    { id: 1, parent_id: null, ...path, ...Object(sent), ...facts, valid: true, secondary_files: {} },
  ] as const
}

const url = await app.listen({ port: 0, host: '127.0.0.1' })
const token = (await readFile(ownerTokenPath(dataDir), 'utf8')).trim()
process.stdout.write(`ready ${JSON.stringify({ url, token })}\n`)
process.on('SIGTERM', () => process.exit(0))
