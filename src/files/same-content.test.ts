import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeOrg } from '../../test/helpers/orgs.ts'
import { createTestDatabase, type TestDatabase } from '../../test/helpers/test-database.ts'
import { inTransaction } from '../db/transaction.ts'
import { noFacts, type Sighting } from './file-state.ts'
import { recordFiles } from './record-files.ts'
import { findSameContent } from './same-content.repository.ts'

let database: TestDatabase
let org: number
let other: number
beforeAll(async () => {
  database = await createTestDatabase()
  org = await makeOrg(database.db, 'same')
  other = await makeOrg(database.db, 'other')
})
afterAll(() => database.drop())

const content = (sha256: string, sizeBytes = 3) => ({ sizeBytes, crc32c: 'AAAAAA==', sha256 })
let seconds = 0

/** Each look is later than the one before it. */
async function record(orgId: number, path: string, sighting: Sighting): Promise<number> {
  seconds += 60
  const seenAt = new Date(Date.UTC(2026, 0, 1, 0, 0, seconds))
  const recorded = await inTransaction(database.db, (trx) =>
    recordFiles(trx, orgId, [{ path, kind: 'file', sighting }], seenAt),
  )
  return recorded.get(path)?.fileId ?? 0
}
const seen = (sha256: string, sizeBytes = 3, generation = 'g'): Sighting => ({
  state: 'verified',
  facts: { ...noFacts, ...content(sha256, sizeBytes), generation },
})
const find = async (...wanted: ReturnType<typeof content>[]) =>
  await findSameContent(database.db, org, '/store/', wanted)

it('the earliest file with the same SHA-256 is found, each in its place', async () => {
  const first = await record(org, '/store/b', seen('s1'))
  await record(org, '/store/a', seen('s1', 3, 'later'))
  const second = await record(org, '/store/c', seen('s2'))
  expect(await find(content('s2'), content('none'), content('s1'))).toEqual([
    { fileId: second, path: '/store/c', generation: 'g' },
    null,
    { fileId: first, path: '/store/b', generation: 'g' },
  ])
})

it('none is found that is empty, elsewhere, of another org, or no longer there or the same', async () => {
  await record(org, '/store/empty', seen('s3', 0))
  await record(org, '/elsewhere/file', seen('s4'))
  await record(org, '/storefront', seen('s4'))
  await record(other, '/store/theirs', seen('s5'))
  await record(org, '/store/gone', seen('s6'))
  await record(org, '/store/gone', { state: 'missing', reason: 'There is nothing' })
  await record(org, '/store/changed', seen('s7'))
  await record(org, '/store/changed', seen('s8'))
  const wanted = [content('s3', 0), ...['s4', 's5', 's6', 's7'].map((sha256) => content(sha256))]
  expect(await find(...wanted)).toEqual(wanted.map(() => null))
  expect(await find(content('s8'))).toMatchObject([{ path: '/store/changed' }])
})
