import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { connect } from '../../src/db/client.ts'
import { startWorker } from '../../src/db/queue-worker.ts'
import { silentLogger } from '../../src/lib/logger.ts'

/** A worker whose tasks say that they began and then never end. */
const { connection } = JSON.parse(process.argv[2] ?? '') as { connection: pg.PoolConfig }
const database = connect({ connection, log: silentLogger })
await startWorker({
  database,
  concurrency: 2,
  log: silentLogger,
  tasks: {
    async hang(payload) {
      process.stdout.write(`began ${JSON.stringify(payload)}\n`)
      await sleep(600_000)
    },
  },
})
process.stdout.write('working\n')
