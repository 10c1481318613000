import { mkdtemp, readFile, realpath, rm, stat, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../test/helpers/test-database.ts'
import { findLiveToken } from '../access/token.repository.ts'
import { makeToken } from '../access/token.ts'
import { silentLogger } from '../lib/logger.ts'
import { ensureFirstOrg, ownerTokenPath } from './first-start.ts'

let database: TestDatabase
let dataDir: string
beforeEach(async () => {
  database = await createTestDatabase({ poolSize: 8 })
  dataDir = await realpath(await mkdtemp(join(tmpdir(), 'waybill-first-')))
})
afterEach(async () => {
  await database.drop()
  await rm(dataDir, { recursive: true, force: true })
})

const start = (locations: string[] = [], dir = dataDir) =>
  ensureFirstOrg({
    db: database.db,
    deployment: { dataDir: dir, storeRoot: join(dir, 'store'), locations },
    log: silentLogger,
  })
const fileToken = async (dir = dataDir) => (await readFile(ownerTokenPath(dir), 'utf8')).trim()
const count = async (what: 'org' | 'member' | 'token' | 'location' | 'engine') => {
  const { rows } = await sql<{
    count: number
  }>`select count(*)::int as count from ${sql.table(what)}`.execute(database.db)
  return rows[0]?.count
}

test('makes one org, its owner, a deployment token and a sign-in code', async () => {
  const { signInCode } = await start(['/shared/projects/'])
  expect(signInCode).toMatch(/^[-\w]{43}$/)
  expect(await findLiveToken(database.db, await fileToken())).toMatchObject({
    role: 'owner',
    deployment: true,
    member_name: null,
  })
  const roots = await database.db.selectFrom('location').select('root').orderBy('id').execute()
  expect(roots.map(({ root }) => root)).toEqual([join(dataDir, 'files'), '/shared/projects'])
})

test('a later start keeps all of it, and makes a fresh sign-in code', async () => {
  const first = await start()
  const token = await fileToken()
  const second = await start(['gs://bucket/later'])
  expect(await fileToken()).toBe(token)
  expect(second.signInCode).not.toBe(first.signInCode)
  expect([await count('org'), await count('member'), await count('token'), await count('location')]).toEqual([
    1, 1, 1, 2,
  ])
})

test('a token file that was lost is made anew, and the token in it before keeps working until it is revoked', async () => {
  await start()
  const lost = await fileToken()
  await unlink(ownerTokenPath(dataDir))
  await start()
  expect(await fileToken()).not.toBe(lost)
  expect(await findLiveToken(database.db, await fileToken())).toMatchObject({ deployment: true })
  expect(await findLiveToken(database.db, lost)).toBeDefined()
})

test('a file that a crash left before its commit, or with half of a token, is replaced', async () => {
  for (const left of [makeToken(), 'wb_half', '']) {
    await writeFile(ownerTokenPath(dataDir), left)
    await start()
    expect(await findLiveToken(database.db, await fileToken())).toMatchObject({ deployment: true })
  }
  expect(await count('org')).toBe(1)
})

test.each([0o000, 0o777])('only the owner of the file reads it, under the umask %o', async (umask) => {
  const before = process.umask(umask)
  try {
    await start()
  } finally {
    process.umask(before)
  }
  expect((await stat(ownerTokenPath(dataDir))).mode & 0o777).toBe(0o600)
})

test('servers that start at once on one database make one org, and each has a token that works', async () => {
  const dirs = [dataDir, dataDir, join(dataDir, 'b'), join(dataDir, 'c')]
  const codes = await Promise.all(dirs.map((dir) => start([], dir)))
  expect(new Set(codes.map(({ signInCode }) => signInCode)).size).toBe(4)
  expect([await count('org'), await count('member'), await count('engine')]).toEqual([1, 1, 1])
  expect(await count('token')).toBe(3)
  for (const dir of dirs) {
    expect(await findLiveToken(database.db, await fileToken(dir))).toMatchObject({ deployment: true })
  }
})

test.each([
  ['relative/folder', 'is not absolute'],
  ['/', 'is the whole disk'],
])('a start with the location %s is refused in words', async (location, words) => {
  await expect(start([location])).rejects.toMatchObject({
    code: 'invalid_config',
    message: expect.stringContaining(words),
  })
  expect(await count('org')).toBe(0)
})

test('a start with a location that contains the data directory is refused', async () => {
  await expect(start([join(dataDir, '..')])).rejects.toMatchObject({ code: 'invalid_config' })
})
