import { execFileSync } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import pg from 'pg'
import { expect, onTestFinished, test, vi } from 'vitest'
import { connect } from '../../src/db/client.ts'
import { migrate } from '../../src/db/migrator.ts'
import { addTask, queueDepth } from '../../src/db/queue.ts'
import { startWorker, type TaskHandlers } from '../../src/db/queue-worker.ts'
import { inTransaction } from '../../src/db/transaction.ts'
import { silentLogger } from '../../src/lib/logger.ts'
import { startChild } from '../helpers/child-process.ts'
import { findWatcher, isAlive, startDatabase, startDatabaseServer } from '../helpers/database-server.ts'
import { testWith } from '../helpers/requirements.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

test('kill -9 of the server ends its database, and the next server finds what was committed', async () => {
  const dataDir = await temporaryDirectory()
  const server = await startDatabaseServer(dataDir)
  const client = new pg.Client(server.connection)
  client.on('error', () => undefined)
  await client.connect()
  await client.query('create table kept as select 7 as n')
  server.child.process.kill('SIGKILL')
  await vi.waitFor(async () => expect(await isAlive(server.pid)).toBe(false), { timeout: 5000 })
  const next = await startDatabase(dataDir)
  const reader = new pg.Client(next.connection)
  await reader.connect()
  expect((await reader.query('select n from kept')).rows).toEqual([{ n: 7 }])
  await reader.end()
})

testWith(
  'linux',
  'a database that outlived its server and its watcher is ended by the next server',
  async () => {
    const dataDir = await temporaryDirectory()
    const server = await startDatabaseServer(dataDir)
    process.kill(await findWatcher(dataDir), 'SIGKILL')
    server.child.process.kill('SIGKILL')
    await server.child.exited
    await sleep(300)
    expect(await isAlive(server.pid)).toBe(true)
    const next = await startDatabase(dataDir)
    expect(await isAlive(server.pid)).toBe(false)
    expect(await isAlive(next.pid)).toBe(true)
  },
)

test('of eight servers started at once on one directory exactly one runs', async () => {
  const dataDir = await temporaryDirectory()
  const children = Array.from({ length: 8 }, () => startChild('db/postgres-child.ts', { dataDir }))
  onTestFinished(() => {
    for (const child of children) child.process.kill('SIGKILL')
  })
  const outcomes = await Promise.all(
    children.map((child) => Promise.race([child.line('ready '), child.line('failed ')])),
  )
  const parsed = outcomes.map((text) => JSON.parse(text) as { pid?: number; code?: string; message?: string })
  expect(parsed.filter(({ pid }) => pid !== undefined)).toHaveLength(1)
  const winner = children[parsed.findIndex(({ pid }) => pid !== undefined)]
  const losers = parsed.filter(({ pid }) => pid === undefined)
  for (const loser of losers) {
    expect(loser).toEqual({
      code: 'data_dir_in_use',
      message: `The data directory ${dataDir} is in use by another Waybill server (process ${winner?.process.pid}); stop that one, or give this one another --data-dir`,
    })
  }
  winner?.process.kill('SIGTERM')
  expect(await winner?.exited).toBe(0)
})

test('kill -9 while the database is being made leaves a directory that the next server can use', async () => {
  for (const delayMs of [0, 60, 200]) {
    const dataDir = await temporaryDirectory()
    const child = startChild('db/postgres-child.ts', { dataDir })
    await vi.waitFor(
      async () => expect(await readdir(dataDir)).toContainEqual(expect.stringMatching('.postgres-init-')),
      { timeout: 10_000, interval: 5 },
    )
    await sleep(delayMs)
    child.process.kill('SIGKILL')
    await child.exited
    await startDatabase(dataDir)
    expect(await readdir(dataDir)).not.toContainEqual(expect.stringMatching('.postgres-init-'))
  }
})

test('the database is in a process group of its own, out of reach of Ctrl-C', async () => {
  const server = await startDatabaseServer(await temporaryDirectory())
  const groupOf = (pid: number | undefined) =>
    execFileSync('ps', ['-o', 'pgid=', '-p', String(pid)], { encoding: 'utf8' }).trim()
  expect(groupOf(server.pid)).toBe(String(server.pid))
  expect(groupOf(server.child.process.pid)).not.toBe(groupOf(server.pid))
})

test('a database that is killed is started again, and queries and tasks go on', async () => {
  const postgres = await startDatabase(await temporaryDirectory())
  const database = connect({ connection: postgres.connection, log: silentLogger })
  await migrate(database.pool, { log: silentLogger })
  const first = postgres.pid
  const ran: number[] = []
  const tasks: TaskHandlers = {
    // That it went well can then not be written down: it has to run again, and the worker to live on.
    kill: async (_payload, { attempt }) => {
      ran.push(attempt)
      if (attempt === 1) process.kill(first, 'SIGKILL')
      await vi.waitFor(async () => expect(await isAlive(first)).toBe(false), { interval: 5 })
    },
  }
  const worker = await startWorker({ database, concurrency: 2, log: silentLogger, tasks })
  onTestFinished(async () => {
    await worker.stop()
    await database.close()
  })
  await inTransaction(database.db, (trx) => addTask(trx, 'kill', {}))
  await vi.waitFor(() => expect(postgres.pid).not.toBe(first), { timeout: 10_000 })
  const backAt = Date.now()
  await vi.waitFor(async () => void (await sql`select 1`.execute(database.db)), { timeout: 10_000 })
  await vi.waitFor(() => expect(ran).toEqual([1, 2]), { timeout: 20_000 })
  expect(Date.now() - backAt).toBeLessThan(15_000)
  await vi.waitFor(
    async () => expect(await queueDepth(database.db)).toEqual({ ready: 0, delayed: 0, running: 0, dead: 0 }),
    { timeout: 20_000 },
  )
})

test('a database that is killed again and again comes back each time, and can be stopped meanwhile', async () => {
  const dataDir = await temporaryDirectory()
  const postgres = await startDatabase(dataDir)
  for (let turn = 0; turn < 3; turn += 1) {
    const killed = postgres.pid
    process.kill(killed, 'SIGKILL')
    await vi.waitFor(() => expect(postgres.pid).not.toBe(killed), { timeout: 10_000 })
  }
  const last = postgres.pid
  process.kill(last, 'SIGKILL')
  await postgres.stop()
  expect(await isAlive(last)).toBe(false)
  await startDatabase(dataDir)
})
