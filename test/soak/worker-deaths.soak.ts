import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { expect, onTestFinished, test, vi } from 'vitest'
import { addTasks, queueDepth } from '../../src/db/queue.ts'
import { inTransaction } from '../../src/db/transaction.ts'
import { startChild } from '../helpers/child-process.ts'
import { createTestDatabase } from '../helpers/test-database.ts'

const count = 600

test('workers that are killed ten times over leave no task undone', async () => {
  const database = await createTestDatabase()
  onTestFinished(() => database.drop())
  await sql`create table recorded (id integer not null)`.execute(database.db)
  const tasks = Array.from({ length: count }, (_, id) => ({ name: 'record', payload: { id } }))
  await inTransaction(database.db, (trx) => addTasks(trx, tasks))
  for (let turn = 0; turn < 10; turn += 1) {
    const worker = startChild('db/worker-child.ts', { connection: database.connection })
    await worker.line('working')
    await sleep(100 + 20 * turn)
    worker.process.kill('SIGKILL')
    await worker.exited
  }
  const last = startChild('db/worker-child.ts', { connection: database.connection })
  onTestFinished(() => void last.process.kill('SIGKILL'))
  await vi.waitFor(
    async () => expect(await queueDepth(database.db)).toEqual({ ready: 0, delayed: 0, running: 0, dead: 0 }),
    { timeout: 60_000, interval: 500 },
  )
  const { rows } = await sql`select count(distinct id) as done from recorded`.execute(database.db)
  expect(rows).toEqual([{ done: count }])
})
