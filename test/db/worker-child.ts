import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type pg from 'pg'
import { connect } from '../../src/db/client.ts'
import { startWorker } from '../../src/db/queue-worker.ts'
import { silentLogger } from '../../src/lib/logger.ts'

/** A worker to be killed: `hang` says that it began and never ends, `record` leaves a row. */
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
    async record(payload) {
      await sleep(20)
      await sql`insert into recorded values (${payload.id})`.execute(database.db)
    },
  },
})
process.stdout.write('working\n')
