import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { addTask, addTasks, queueDepth } from '../../src/db/queue.ts'
import { startWorker, type TaskHandlers, type Worker } from '../../src/db/queue-worker.ts'
import { inTransaction } from '../../src/db/transaction.ts'
import { silentLogger } from '../../src/lib/logger.ts'
import { startChild } from '../helpers/child-process.ts'
import { createTestDatabase, type TestDatabase } from '../helpers/test-database.ts'

let database: TestDatabase
const workers: Worker[] = []
beforeAll(async () => {
  database = await createTestDatabase()
})
beforeEach(async () => {
  await sql`truncate graphile_worker._private_jobs`.execute(database.db)
})
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.stop()))
})
afterAll(() => database.drop())

async function work(tasks: TaskHandlers, concurrency = 2): Promise<Worker> {
  const worker = await startWorker({ database, tasks, concurrency, log: silentLogger, drainMs: 500 })
  workers.push(worker)
  return worker
}

test('a task runs once its transaction commits, with its payload', async () => {
  const ran: unknown[] = []
  await work({ note: async (payload) => void ran.push(payload) })
  await inTransaction(database.db, async (trx) => {
    await addTask(trx, 'note', { id: 7 })
    await sleep(200)
    expect(ran).toEqual([])
  })
  await vi.waitFor(() => expect(ran).toEqual([{ id: 7 }]), 5000)
  await vi.waitFor(async () => expect(await queueDepth(database.db)).toMatchObject({ ready: 0, running: 0 }))
})

test('a rolled-back transaction leaves no task', async () => {
  await inTransaction(database.db, async (trx) => {
    await addTask(trx, 'note', {})
    throw new Error('no')
  }).catch(() => undefined)
  expect(await queueDepth(database.db)).toEqual({ ready: 0, delayed: 0, running: 0, dead: 0 })
})

test('thousands of tasks are added in one statement', async () => {
  await inTransaction(database.db, async (trx) => {
    const before = database.statementCount()
    await addTasks(
      trx,
      Array.from({ length: 5000 }, (_, id) => ({ name: 'note', payload: { id } })),
    )
    expect(database.statementCount() - before).toBe(1)
  })
  expect(await queueDepth(database.db)).toMatchObject({ ready: 5000 })
})

test('of waiting tasks with one key the last counts', async () => {
  await inTransaction(database.db, (trx) => addTask(trx, 'note', { turn: 1 }, { key: 'a' }))
  await inTransaction(database.db, (trx) =>
    addTasks(trx, [
      { name: 'note', payload: { turn: 2 }, key: 'a' },
      { name: 'note', payload: { turn: 3 }, key: 'a' },
    ]),
  )
  const ran: unknown[] = []
  await work({ note: async (payload) => void ran.push(payload) })
  await vi.waitFor(() => expect(ran).toEqual([{ turn: 3 }]), 5000)
})

test('the depth tells apart what is ready, delayed, running and dead', async () => {
  let finish: () => void = () => undefined
  const finished = new Promise<void>((resolve) => {
    finish = resolve
  })
  await inTransaction(database.db, (trx) =>
    addTasks(trx, [
      { name: 'later', payload: {}, runAt: new Date(Date.now() + 3_600_000) },
      { name: 'nobody_knows', payload: {} },
      { name: 'fail', payload: {}, maxAttempts: 1 },
      { name: 'wait', payload: {} },
    ]),
  )
  await work({
    wait: () => finished,
    fail: async () => {
      throw new Error('as told')
    },
  })
  await vi.waitFor(async () => {
    expect(await queueDepth(database.db)).toEqual({ ready: 1, delayed: 1, running: 1, dead: 1 })
  }, 5000)
  finish()
})

test('stopping waits for the tasks that run and records that they ended', async () => {
  let began = false
  let ended = false
  const worker = await work({
    slow: async () => {
      began = true
      await sleep(300)
      ended = true
    },
  })
  await inTransaction(database.db, (trx) => addTask(trx, 'slow', {}))
  await vi.waitFor(() => expect(began).toBe(true), 5000)
  await worker.stop()
  expect(ended).toBe(true)
  expect(await queueDepth(database.db)).toEqual({ ready: 0, delayed: 0, running: 0, dead: 0 })
})

test('a task that does not end in time is told by its signal', async () => {
  let reason: unknown
  const worker = await work({
    long: (_payload, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reason = signal.reason
          reject(new Error('told to give up'))
        })
      }),
  })
  await inTransaction(database.db, (trx) => addTask(trx, 'long', {}))
  await vi.waitFor(async () => expect(await queueDepth(database.db)).toMatchObject({ running: 1 }), 5000)
  await worker.stop()
  expect(reason).toBeDefined()
  expect(await queueDepth(database.db)).toEqual({ ready: 0, delayed: 1, running: 0, dead: 0 })
})

test('a task whose worker was killed runs again within 15 s', async () => {
  const child = startChild('db/worker-child.ts', { connection: database.connection })
  await child.line('working')
  await inTransaction(database.db, (trx) => addTask(trx, 'hang', { id: 1 }))
  await child.line('began ')
  const ran: unknown[] = []
  await work({ hang: async (payload, { attempt }) => void ran.push({ payload, attempt }) })
  await sleep(4500)
  expect(ran, 'while its worker lives, nobody else takes it').toEqual([])
  const killedAt = Date.now()
  child.process.kill('SIGKILL')
  await child.exited
  await vi.waitFor(() => expect(ran).toEqual([{ payload: { id: 1 }, attempt: 2 }]), { timeout: 15_000 })
  expect(Date.now() - killedAt).toBeLessThan(6000)
})

test('a worker goes on after every connection to the database was cut', async () => {
  const ran: unknown[] = []
  await work({
    note: async (payload) => {
      await sleep(300)
      ran.push(payload)
    },
  })
  await inTransaction(database.db, (trx) => addTask(trx, 'note', { id: 1 }))
  await vi.waitFor(async () => expect(await queueDepth(database.db)).toMatchObject({ running: 1 }), 5000)
  await sql`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`.execute(database.db)
  await inTransaction(database.db, (trx) => addTask(trx, 'note', { id: 2 }))
  await vi.waitFor(() => expect(ran).toEqual(expect.arrayContaining([{ id: 1 }, { id: 2 }])), {
    timeout: 15_000,
  })
  await vi.waitFor(
    async () => expect(await queueDepth(database.db)).toMatchObject({ running: 0, ready: 0 }),
    {
      timeout: 15_000,
    },
  )
})
