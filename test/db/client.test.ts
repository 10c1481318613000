import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { connect } from '../../src/db/client.ts'
import { silentLogger } from '../../src/lib/logger.ts'
import { createTestDatabase, type TestDatabase } from '../helpers/test-database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolSize: 4, statementTimeoutMs: 2000 })
})
afterAll(() => database.drop())

async function readValue(text: ReturnType<typeof sql<{ value: unknown }>>): Promise<unknown> {
  return (await text.execute(database.db)).rows[0]?.value
}

test('a parameterised statement is prepared once per connection under a name', async () => {
  await database.db.connection().execute(async (db) => {
    for (const wanted of [1, 2, 3]) {
      const { rows } = await sql<{ found: number }>`select ${wanted}::int as found`.execute(db)
      expect(rows).toEqual([{ found: wanted }])
    }
    const { rows } = await sql<{ statement: string; runs: number }>`
      select statement, generic_plans + custom_plans as runs from pg_prepared_statements
      where statement like 'select $1::int as found'`.execute(db)
    expect(rows).toEqual([{ statement: 'select $1::int as found', runs: 3 }])
  })
})

test('a statement made for one long list is not kept', async () => {
  await database.db.connection().execute(async (db) => {
    const list = Array.from({ length: 500 }, (_, index) => index)
    const { rows } = await sql<{ n: number }>`
      select count(*) as n from generate_series(1, 1000) as number where number in (${sql.join(list)})`.execute(
      db,
    )
    expect(rows).toEqual([{ n: 499 }])
    const kept =
      await sql`select from pg_prepared_statements where statement like '%generate_series%'`.execute(db)
    expect(kept.rows).toEqual([])
  })
})

test('a prepared statement goes on when a migration changes its table', async () => {
  await sql`create table shape (a integer)`.execute(database.db)
  const read = () => sql`select * from shape where a = ${1}`.execute(database.db)
  await sql`insert into shape values (1)`.execute(database.db)
  expect((await read()).rows).toEqual([{ a: 1 }])
  await sql`alter table shape add column b integer default 2`.execute(database.db)
  expect((await read()).rows).toEqual([{ a: 1, b: 2 }])
})

test('int8 is a number, a time is a Date, a date is text, json is parsed', async () => {
  expect(await readValue(sql`select 9007199254740991::int8 as value`)).toBe(Number.MAX_SAFE_INTEGER)
  expect(await readValue(sql`select array[1, null]::int8[] as value`)).toEqual([1, null])
  expect(await readValue(sql`select '2026-01-02T03:04:05Z'::timestamptz as value`)).toEqual(
    new Date('2026-01-02T03:04:05Z'),
  )
  expect(await readValue(sql`select '2026-01-02'::date as value`)).toBe('2026-01-02')
  expect(await readValue(sql`select '{"b": 1, "a": "\\u0000"}'::json as value`)).toEqual({
    b: 1,
    a: '\u0000',
  })
})

test('an integer that a number cannot hold exactly is an error, not another integer', async () => {
  await expect(readValue(sql`select 9007199254740993::int8 as value`)).rejects.toThrow('9007199254740993')
  expect(await readValue(sql`select 1::int8 as value`)).toBe(1)
})

test('NUL in a text and half a surrogate pair in jsonb are the fault of the request', async () => {
  await expect(readValue(sql`select ${'a\u0000b'}::text as value`)).rejects.toMatchObject({ code: 'invalid' })
  await expect(readValue(sql`select ${'"\\ud800"'}::jsonb as value`)).rejects.toMatchObject({
    code: 'invalid',
  })
  await expect(readValue(sql`select ${'"\\u0000"'}::jsonb as value`)).rejects.toMatchObject({
    code: 'invalid',
  })
})

test('a statement that takes too long is ended, and the connection serves on', async () => {
  await expect(readValue(sql`select pg_sleep(10) as value`)).rejects.toMatchObject({
    code: 'unavailable',
    message: 'The database took too long to answer; try again',
  })
  expect(await readValue(sql`select 1 as value`)).toBe(1)
})

test('a constraint that is broken comes back as PostgreSQL names it', async () => {
  await sql`create table once (n integer constraint once_n primary key)`.execute(database.db)
  await sql`insert into once values (1)`.execute(database.db)
  await expect(sql`insert into once values (${1})`.execute(database.db)).rejects.toMatchObject({
    code: '23505',
    constraint: 'once_n',
  })
})

test('a database that cannot be reached is unavailable', async () => {
  const nowhere = connect({ connection: { host: '/nowhere', user: 'x', database: 'x' }, log: silentLogger })
  await expect(sql`select 1`.execute(nowhere.db)).rejects.toMatchObject({ code: 'unavailable' })
  await nowhere.close()
  await nowhere.close()
})

test('connections that are cut, idle or busy, are replaced and do not end the process', async () => {
  const busy = sql`select pg_sleep(1.5)`.execute(database.db).catch((error: unknown) => error)
  await sql`select pg_sleep(0.1)`.execute(database.db)
  await sql`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`.execute(database.db)
  expect(await busy).toMatchObject({ code: 'unavailable' })
  // The next query may still be given a connection whose end has not been heard of.
  await vi.waitFor(async () => expect(await readValue(sql`select 1 as value`)).toBe(1))
})

test('statements are counted', async () => {
  const before = database.statementCount()
  await readValue(sql`select 1 as value`)
  await readValue(sql`select ${2} as value`)
  expect(database.statementCount() - before).toBe(2)
})

test('a client that could not send a statement is not used again', async () => {
  const pick = (value: unknown) => sql<{ value: unknown }>`select ${value}::text as value`
  const unsendable = {
    toPostgres() {
      throw new RangeError('cannot be written')
    },
  }
  for (let i = 0; i < 8; i += 1) {
    await expect(readValue(pick(unsendable))).rejects.toThrow('cannot be written')
    expect(await readValue(pick('fine'))).toBe('fine')
  }
})
