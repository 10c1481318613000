import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import { connect } from '../../src/db/client.ts'
import { migrate, pendingMigrations } from '../../src/db/migrator.ts'
import { silentLogger } from '../../src/lib/logger.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { createTestDatabase, type TestDatabase } from '../helpers/test-database.ts'

const log = silentLogger

async function emptyDatabase(): Promise<TestDatabase> {
  const database = await createTestDatabase()
  onTestFinished(() => database.drop())
  await sql`drop schema public cascade`.execute(database.db)
  await sql`create schema public`.execute(database.db)
  return database
}

async function directoryWith(files: Record<string, string>): Promise<string> {
  const directory = await temporaryDirectory()
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text)
  return directory
}

const first = { '0001_things.sql': 'create table thing (n integer); insert into thing values (1);' }
const second = { '0002_more.sql': 'alter table thing add column m integer; insert into thing values (2, 2);' }

test('files are applied once each, in order', async () => {
  const { pool, db } = await emptyDatabase()
  const directory = await directoryWith({ ...first, ...second })
  expect(await pendingMigrations(pool, { directory })).toEqual(['0001_things.sql', '0002_more.sql'])
  expect(await migrate(pool, { log, directory })).toEqual({ applied: ['0001_things.sql', '0002_more.sql'] })
  expect(await migrate(pool, { log, directory })).toEqual({ applied: [] })
  expect(await pendingMigrations(pool, { directory })).toEqual([])
  expect((await sql`select n, m from thing order by n`.execute(db)).rows).toEqual([
    { n: 1, m: null },
    { n: 2, m: 2 },
  ])
})

test('servers that migrate at once apply every file once, and install the queue', async () => {
  const database = await emptyDatabase()
  await sql`drop schema graphile_worker cascade`.execute(database.db)
  const directory = await directoryWith({ ...first, ...second })
  const servers = Array.from({ length: 4 }, () =>
    connect({ connection: database.connection, log, poolSize: 3 }),
  )
  onTestFinished(async () => void (await Promise.all(servers.map((server) => server.close()))))
  const results = await Promise.all(servers.map(({ pool }) => migrate(pool, { log, directory })))
  expect(results.flatMap((result) => result.applied)).toEqual(['0001_things.sql', '0002_more.sql'])
  expect((await sql`select count(*) as n from thing`.execute(database.db)).rows).toEqual([{ n: 2 }])
  expect(
    (await sql`select to_regclass('graphile_worker.jobs') is not null as there`.execute(database.db)).rows,
  ).toEqual([{ there: true }])
})

test('a file that fails leaves nothing of itself and keeps those before it', async () => {
  const { pool, db } = await emptyDatabase()
  const directory = await directoryWith({
    ...first,
    '0002_broken.sql': 'insert into thing values (5); insert into nowhere values (1);',
  })
  await expect(migrate(pool, { log, directory })).rejects.toMatchObject({
    code: 'internal',
    message: 'The migration 0002_broken.sql failed: relation "nowhere" does not exist',
  })
  expect((await sql`select n from thing`.execute(db)).rows).toEqual([{ n: 1 }])
  expect(await pendingMigrations(pool, { directory })).toEqual(['0002_broken.sql'])
})

test('an applied file that has changed is refused by name', async () => {
  const { pool } = await emptyDatabase()
  await migrate(pool, { log, directory: await directoryWith(first) })
  const directory = await directoryWith({ '0001_things.sql': 'create table thing (n bigint);' })
  await expect(migrate(pool, { log, directory })).rejects.toThrow(
    'The migration 0001_things.sql was applied to the database and has changed since',
  )
})

test('other line endings are no change', async () => {
  const { pool } = await emptyDatabase()
  const text = 'create table thing (\n  n integer\n);\n'
  await migrate(pool, { log, directory: await directoryWith({ '0001_things.sql': text }) })
  const directory = await directoryWith({ '0001_things.sql': text.replaceAll('\n', '\r\n') })
  expect(await migrate(pool, { log, directory })).toEqual({ applied: [] })
})

test('a database of a newer server is refused with both numbers', async () => {
  const { pool } = await emptyDatabase()
  await migrate(pool, { log, directory: await directoryWith({ ...first, ...second }) })
  const directory = await directoryWith(first)
  const refusal = {
    code: 'schema_too_new',
    message: expect.stringContaining('at migration 2, and this Waybill knows them up to 1'),
  }
  await expect(migrate(pool, { log, directory })).rejects.toMatchObject(refusal)
  await expect(pendingMigrations(pool, { directory })).rejects.toMatchObject(refusal)
})

test('a gap in the numbers and a name out of order are refused', async () => {
  const { pool } = await emptyDatabase()
  const gap = await directoryWith({ ...first, '0003_late.sql': 'select 1' })
  await expect(migrate(pool, { log, directory: gap })).rejects.toThrow('0003_late.sql stands where number 2')
  const odd = await directoryWith({ 'things.sql': 'select 1' })
  await expect(migrate(pool, { log, directory: odd })).rejects.toThrow(
    'things.sql is not named like 0001_orgs.sql',
  )
})

test('a server without its database is unavailable', async () => {
  const { pool, close } = connect({ connection: { host: '/nowhere', user: 'x', database: 'x' }, log })
  await expect(migrate(pool, { log })).rejects.toMatchObject({ code: 'unavailable' })
  await expect(pendingMigrations(pool)).rejects.toMatchObject({ code: 'unavailable' })
  await close()
})
