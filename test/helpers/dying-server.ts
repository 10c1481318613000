import { connect } from '../../src/db/client.ts'
import { buildApp } from '../../src/server/build-app.ts'
import { createServerLog } from '../../src/server/server-log.ts'
import { createStores } from '../../src/storage/stores.ts'

/**
 * A server in a process of its own that kills itself, as kill -9 would, between the commit of a POST and its
 * answer. Run by `node --import tsx`, with the database's connection as JSON in its only argument.
 */
const log = createServerLog('silent')
const database = connect({ connection: JSON.parse(process.argv[2] ?? '{}'), log })
const app = await buildApp({
  database,
  stores: createStores({ log }),
  deployment: { dataDir: '/tmp', storeRoot: '/tmp/store', locations: [] },
  log,
})
app.addHook('onSend', async (request) => {
  if (request.method === 'POST') process.kill(process.pid, 'SIGKILL')
})
process.stdout.write(`${await app.listen({ port: 0, host: '127.0.0.1' })}\n`)
