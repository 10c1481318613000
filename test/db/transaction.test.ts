import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import type { Db, Trx } from '../../src/db/client.ts'
import { inTransaction, onOneConnection } from '../../src/db/transaction.ts'
import { createTestDatabase, type TestDatabase } from '../helpers/test-database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
  await sql`create table account (name text primary key, amount integer not null)`.execute(database.db)
})
beforeEach(async () => {
  await sql`truncate account`.execute(database.db)
  await sql`insert into account values ('a', 0), ('b', 0)`.execute(database.db)
})
afterAll(() => database.drop())

async function add(trx: Db, name: string): Promise<void> {
  await sql`update account set amount = amount + 1 where name = ${name}`.execute(trx)
}

async function amounts(): Promise<unknown[]> {
  return (await sql`select name, amount from account order by name`.execute(database.db)).rows
}

test('two transactions that deadlock both go through', async () => {
  let tries = 0
  const both = (first: string, second: string) =>
    inTransaction(database.db, async (trx) => {
      tries += 1
      await add(trx, first)
      await sleep(100)
      await add(trx, second)
    })
  await Promise.all([both('a', 'b'), both('b', 'a')])
  expect(tries).toBe(3)
  expect(await amounts()).toEqual([
    { name: 'a', amount: 2 },
    { name: 'b', amount: 2 },
  ])
})

test('an error rolls everything back and is thrown once', async () => {
  let tries = 0
  const failing = inTransaction(database.db, async (trx) => {
    tries += 1
    await add(trx, 'a')
    throw new Error('no')
  })
  await expect(failing).rejects.toThrow('no')
  expect(tries).toBe(1)
  expect(await amounts()).toContainEqual({ name: 'a', amount: 0 })
})

test('a failure that stays is thrown after a few tries', async () => {
  let tries = 0
  const failing = inTransaction(database.db, async (trx) => {
    tries += 1
    await sql`do $$ begin raise exception using errcode = '40001'; end $$`.execute(trx)
  })
  await expect(failing).rejects.toMatchObject({ code: '40001' })
  expect(tries).toBe(5)
})

test('a connection that is cut inside leaves nothing and is unavailable', async () => {
  const cut = inTransaction(database.db, async (trx) => {
    await add(trx, 'a')
    await sql`select pg_terminate_backend(pg_backend_pid())`.execute(trx)
  })
  await expect(cut).rejects.toMatchObject({ code: 'unavailable' })
  expect(await amounts()).toContainEqual({ name: 'a', amount: 0 })
})

test('statements that are begun together are done in their order', async () => {
  await inTransaction(database.db, (trx) =>
    Promise.all([
      sql`update account set amount = 10 where name = 'a'`.execute(trx),
      add(trx, 'a'),
      sql`update account set amount = amount * 2 where name = 'a'`.execute(trx),
    ]),
  )
  expect(await amounts()).toContainEqual({ name: 'a', amount: 22 })
})

test('the first of them that fails is told, and nothing of the others stays', async () => {
  const failing = inTransaction(database.db, (trx) =>
    Promise.all([
      // Told last, since the other waits for nothing.
      add(trx, 'a').then(() => sql`select 1`.execute(trx)),
      sql`insert into account values ('a', 5)`.execute(trx),
      add(trx, 'b'),
    ]),
  )
  await expect(failing).rejects.toMatchObject({ code: '23505' })
  expect(await amounts()).toEqual([
    { name: 'a', amount: 0 },
    { name: 'b', amount: 0 },
  ])
})

test('a failure that was caught inside ends the transaction all the same', async () => {
  const failing = inTransaction(database.db, async (trx) => {
    await add(trx, 'b')
    await sql`insert into account values ('a', 5)`.execute(trx).catch(() => {})
  })
  await expect(failing).rejects.toMatchObject({ code: '23505' })
  expect(await amounts()).toContainEqual({ name: 'b', amount: 0 })
})

test('what comes after the end is not done by whoever has the connection then', async () => {
  let later: Promise<unknown> = Promise.resolve()
  const failing = inTransaction(database.db, async (trx) => {
    later = sleep(50).then(() => add(trx, 'a'))
    later.catch(() => {})
    throw new Error('no')
  })
  await expect(failing).rejects.toThrow('no')
  await expect(later).rejects.toThrow('after the end of its transaction')
  expect(await amounts()).toContainEqual({ name: 'a', amount: 0 })
})

test('a failure that nobody waits for ends the transaction all the same', async () => {
  const failing = inTransaction(database.db, async (trx) => {
    add(trx, 'b').catch(() => {})
    sql`insert into account values ('a', 5)`.execute(trx).catch(() => {})
    return 'kept'
  })
  await expect(failing).rejects.toMatchObject({ code: '23505' })
  expect(await amounts()).toContainEqual({ name: 'b', amount: 0 })
})

test('a statement that is still under way when its transaction fails is not done again after it', async () => {
  await sql`create table noted (a integer)`.execute(database.db)
  const note = (trx: Db) => sql`insert into noted values (${1}) returning *`.execute(trx)
  for (let round = 0; round < 10; round += 1) {
    await inTransaction(database.db, async (trx) => {
      await note(trx)
      await sql`delete from noted`.execute(trx)
    })
    await sql.raw(`alter table noted add column b${round} integer`).execute(database.db)
    const failing = inTransaction(database.db, (trx) =>
      Promise.all([note(trx), Promise.reject(new Error('no'))]),
    )
    await expect(failing).rejects.toThrow('no')
  }
  expect((await sql`select * from noted`.execute(database.db)).rows).toEqual([])
})

test('statements on one connection are all done before somebody else has it', async () => {
  const small = await createTestDatabase({ poolSize: 1 })
  onTestFinished(() => small.drop())
  await sql`create table noted (a integer)`.execute(small.db)
  const both = onOneConnection(small.db, (db) =>
    Promise.all([
      sql`select 1 / ${0}::int`.execute(db),
      sql`insert into noted select 1 from pg_sleep(${0.1})`.execute(db),
    ]),
  )
  await expect(both).rejects.toMatchObject({ code: '22012' })
  expect((await sql`select * from noted`.execute(small.db)).rows).toEqual([{ a: 1 }])
})

test('a transaction in a transaction is refused', async () => {
  const nested = inTransaction(database.db, async (trx) => {
    await add(trx, 'a')
    await inTransaction(trx, (inner) => add(inner, 'b'))
  })
  await expect(nested).rejects.toThrow('There is a transaction already')
  await expect(
    inTransaction(database.db, (trx) => trx.transaction().execute(async () => {})),
  ).rejects.toThrow()
  expect(await amounts()).toEqual([
    { name: 'a', amount: 0 },
    { name: 'b', amount: 0 },
  ])
})

test('statements on one connection are kept each by itself', async () => {
  const both = onOneConnection(database.db, (db) =>
    Promise.all([add(db, 'a'), sql`insert into account values ('b', 5)`.execute(db)]),
  )
  await expect(both).rejects.toMatchObject({ code: '23505' })
  expect(await amounts()).toContainEqual({ name: 'a', amount: 1 })
})

test('a table that a migration changes under a running transaction is read on the next try', async () => {
  await sql`create table moving (a integer)`.execute(database.db)
  const read = (trx: Trx) => sql`select * from moving where a > ${0}`.execute(trx)
  await Promise.all(Array.from({ length: 4 }, () => inTransaction(database.db, read)))
  await sql`alter table moving add column b integer`.execute(database.db)
  await Promise.all(Array.from({ length: 4 }, () => inTransaction(database.db, read)))
  await sql`alter table moving add column c integer`.execute(database.db)
  const beforeAnother = (trx: Trx) => Promise.all([read(trx), add(trx, 'a')])
  await Promise.all(Array.from({ length: 4 }, () => inTransaction(database.db, beforeAnother)))
  expect(await amounts()).toContainEqual({ name: 'a', amount: 4 })
})
