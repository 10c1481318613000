import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { registerInOppositeOrder } from '../../test/helpers/ledger-races.ts'
import { makeOrg } from '../../test/helpers/orgs.ts'
import { createTestDatabase, type TestDatabase } from '../../test/helpers/test-database.ts'
import { queueDepth } from '../db/queue.ts'
import { inTransaction } from '../db/transaction.ts'
import { findFilesByPath } from './file.repository.ts'
import { noFacts, type Sighting } from './file-state.ts'
import { type FileToRecord, recordFiles } from './record-files.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

const seen = (crc32c: string, sizeBytes = 10): Sighting => ({
  state: 'verified',
  facts: { ...noFacts, sizeBytes, crc32c, generation: crc32c },
})
const declared: Sighting = { state: 'declared', facts: null }
const file = (path: string, sighting: Sighting = declared): FileToRecord => ({ path, kind: 'file', sighting })

async function record(orgId: number, files: FileToRecord[], seenAt = new Date()) {
  return await inTransaction(database.db, (trx) => recordFiles(trx, orgId, files, seenAt))
}

async function countOf(orgId: number) {
  const { rows } = await sql<{ files: number; versions: number }>`
    select (select count(*) from file where org_id = ${orgId}) as files,
      (select count(*) from file_version where org_id = ${orgId}) as versions`.execute(database.db)
  return rows[0]
}

describe('recording files', () => {
  it('makes one row a path, and the same row again', async () => {
    const org = await makeOrg(database.db, 'same-again')
    const first = await record(org, [file('/a/x'), file('/a/y'), file('/a/x')])
    const second = await record(org, [file('/a/y'), file('/a/x')])
    expect(second.get('/a/x')).toEqual(first.get('/a/x'))
    expect(first.size).toBe(2)
    expect(await countOf(org)).toEqual({ files: 2, versions: 0 })
  })

  it('finds what is known among files that are taken to be new', async () => {
    const org = await makeOrg(database.db, 'not-new')
    const earlier = await record(org, [file('/a/declared'), file('/a/seen', seen('AAAAAA=='))])
    const files = [
      file('/a/declared', seen('BBBBBB==')),
      file('/a/new', seen('CCCCCC==')),
      file('/a/seen', seen('AAAAAA==')),
    ]
    const recorded = await inTransaction(database.db, (trx) =>
      recordFiles(trx, org, files, new Date(), { areNew: true }),
    )
    expect(recorded.get('/a/seen')?.versionId).toBe(earlier.get('/a/seen')?.versionId)
    expect(recorded.get('/a/declared')?.fileId).toBe(earlier.get('/a/declared')?.fileId)
    const facts = [...recorded].map(([path, { facts, versionId }]) => [
      path,
      facts?.crc32c,
      versionId !== null,
    ])
    expect(facts.sort()).toEqual([
      ['/a/declared', 'BBBBBB==', true],
      ['/a/new', 'CCCCCC==', true],
      ['/a/seen', 'AAAAAA==', true],
    ])
    expect(await countOf(org)).toEqual({ files: 3, versions: 3 })
  })

  it('keeps two orgs apart at the same path', async () => {
    const [one, two] = [await makeOrg(database.db, 'one'), await makeOrg(database.db, 'two')]
    const first = await record(one, [file('/shared/x', seen('AAAAAA=='))])
    const second = await record(two, [file('/shared/x', seen('AAAAAA=='))])
    expect(first.get('/shared/x')?.fileId).not.toBe(second.get('/shared/x')?.fileId)
  })

  it('makes a version for new bytes and leaves the old one as it was', async () => {
    const org = await makeOrg(database.db, 'versions')
    const first = await record(org, [file('/a/x', seen('AAAAAA=='))])
    const second = await record(org, [file('/a/x', seen('BBBBBB==', 11))])
    expect(second.get('/a/x')?.fileId).toBe(first.get('/a/x')?.fileId)
    expect(second.get('/a/x')?.versionId).not.toBe(first.get('/a/x')?.versionId)
    const { rows } =
      await sql<object>`select number, size_bytes, crc32c from file_version where org_id = ${org}
      order by number`.execute(database.db)
    expect(rows).toEqual([
      { number: 1, size_bytes: 10, crc32c: 'AAAAAA==' },
      { number: 2, size_bytes: 11, crc32c: 'BBBBBB==' },
    ])
    const { rows: events } = await sql<object>`select event, version_id from file_event e
      where file_id = ${first.get('/a/x')?.fileId}`.execute(database.db)
    expect(events).toEqual([{ event: 'changed', version_id: second.get('/a/x')?.versionId }])
  })

  it('pins the version that went missing, and tells of the loss once', async () => {
    const org = await makeOrg(database.db, 'gone')
    const there = await record(org, [file('/a/x', seen('AAAAAA=='))])
    const missing: Sighting = { state: 'missing', reason: 'There is no file at this path' }
    const gone = await record(org, [file('/a/x', missing)])
    await record(org, [file('/a/x', missing)])
    expect(there.get('/a/x')).toMatchObject({ thereAt: expect.any(Date) })
    expect(gone.get('/a/x')).toEqual({ ...there.get('/a/x'), lastEventId: undefined, thereAt: null })
    const [row] = await findFilesByPath(database.db, org, ['/a/x'])
    expect(row).toMatchObject({ state: 'gone', reason: 'There is no file at this path' })
    const { rows } = await sql<object>`select event from file_event where file_id = ${row?.fileId}`.execute(
      database.db,
    )
    expect(rows).toEqual([{ event: 'gone' }])
  })

  it('lets no look speak that began before the last one', async () => {
    const org = await makeOrg(database.db, 'outdated')
    const [earlier, later] = [new Date(Date.now() - 1000), new Date()]
    const missing: Sighting = { state: 'missing', reason: 'There is no file at this path' }
    const there = await record(org, [file('/a/x', seen('AAAAAA==')), file('/a/y', missing)], later)
    const late = await record(org, [file('/a/x', missing), file('/a/y', seen('BBBBBB=='))], earlier)
    expect(late).toEqual(there)
    expect(late.get('/a/x')).toMatchObject({ thereAt: later })
    const rows = await findFilesByPath(database.db, org, ['/a/x', '/a/y'])
    expect(rows.map((row) => [row.state, row.checkedAt])).toEqual([
      ['verified', later],
      ['missing', later],
    ])
    const { rows: events } =
      await sql`select event from file_event where file_id = ${rows[0]?.fileId}`.execute(database.db)
    expect(events).toEqual([])
  })

  it('believes an earlier look where the last one was not answered', async () => {
    const org = await makeOrg(database.db, 'silent')
    const unreachable: Sighting = { state: 'unreachable', reason: 'The disk did not answer' }
    await record(org, [file('/a/x', unreachable)], new Date())
    const earlier = await record(org, [file('/a/x', seen('AAAAAA=='))], new Date(Date.now() - 1000))
    expect(earlier.get('/a/x')).toMatchObject({ versionId: expect.any(Number), thereAt: expect.any(Date) })
  })

  it('remembers that a file was gone while its store was silent', async () => {
    const org = await makeOrg(database.db, 'gone-and-silent')
    const missing: Sighting = { state: 'missing', reason: 'There is no file at this path' }
    const unreachable: Sighting = { state: 'unreachable', reason: 'The disk did not answer' }
    for (const sighting of [seen('AAAAAA=='), missing, unreachable, missing, unreachable, seen('AAAAAA==')]) {
      await record(org, [file('/a/x', sighting)])
    }
    const { rows } =
      await sql`select event from file_event e join file f on f.id = e.file_id where f.org_id = ${org}
      order by e.id`.execute(database.db)
    expect(rows).toEqual([{ event: 'gone' }, { event: 'returned' }])
  })

  it('holds paths of every length and letter', async () => {
    const org = await makeOrg(database.db, 'letters')
    const long = Array.from({ length: 4000 }, (_, i) =>
      String.fromCodePoint(0x4e00 + ((i * 7919) % 20_000)),
    ).join('')
    const paths = [
      `/a/${long}`,
      `gs://b/${long}.vcf.gz`,
      '/a/ß',
      '/a/SS',
      '/a/ss',
      '/a/\'quote"',
      '/a/\u{1F9EC}',
      '/a/\u00e9',
      '/a/e\u0301',
    ]
    const recorded = await record(
      org,
      paths.map((path) => file(path)),
    )
    expect(recorded.size).toBe(paths.length)
    expect(new Set([...recorded.values()].map((row) => row.fileId)).size).toBe(paths.length)
    const again = await record(
      org,
      paths.map((path) => file(path)),
    )
    expect(again).toEqual(recorded)
  })

  it('takes as many statements for ten thousand files as for ten', async () => {
    const org = await makeOrg(database.db, 'statements')
    const paths = (count: number, folder: string) =>
      Array.from({ length: count }, (_, i) => `/${folder}/${i}`)
    const statementsFor = async (files: FileToRecord[], seenAt?: Date) => {
      const before = database.statementCount()
      await record(org, files, seenAt)
      return database.statementCount() - before
    }
    const later = new Date(Date.now() + 3_600_000)
    for (const sighting of [seen('AAAAAA=='), declared]) {
      const few = await statementsFor(paths(10, `few-${sighting.state}`).map((path) => file(path, sighting)))
      const many = await statementsFor(
        paths(10_000, `many-${sighting.state}`).map((path) => file(path, sighting)),
      )
      expect(many).toBe(few)
    }
    const change = (count: number, folder: string) =>
      paths(count, `${folder}-verified`).map((path) => file(path, seen('BBBBBB==', 12)))
    expect(await statementsFor(change(10_000, 'many'), later)).toBe(
      await statementsFor(change(10, 'few'), later),
    )
    expect(await countOf(org)).toEqual({ files: 20_020, versions: 20_020 })
  })

  it('asks for another look at every file that could not be told of, once for the same files', async () => {
    const org = await makeOrg(database.db, 'looks-again')
    const unreachable = (path: string) =>
      file(path, { state: 'unreachable', reason: 'The disk did not answer' })
    const before = (await queueDepth(database.db)).delayed
    const seenAt = new Date()
    await record(org, [unreachable('/a/1'), unreachable('/a/2')], seenAt)
    await record(org, [unreachable('/a/1'), unreachable('/a/3')], seenAt)
    await record(org, [unreachable('/a/1'), unreachable('/a/3')], seenAt)
    expect((await queueDepth(database.db)).delayed - before).toBe(2)
  })

  it('leaves nothing behind when its transaction fails', async () => {
    const org = await makeOrg(database.db, 'nothing')
    await expect(
      inTransaction(database.db, async (trx) => {
        await recordFiles(trx, org, [file('/a/x', seen('AAAAAA=='))], new Date())
        throw new Error('changed my mind')
      }),
    ).rejects.toThrow('changed my mind')
    expect(await countOf(org)).toEqual({ files: 0, versions: 0 })
  })

  it('ends with one row a path when two register the same paths in opposite order', async () => {
    await registerInOppositeOrder(database, 20)
  })

  it('gives one new version when many see the same new bytes at once', async () => {
    const org = await makeOrg(database.db, 'at-once')
    const paths = Array.from({ length: 50 }, (_, i) => `/a/${i}`)
    await record(
      org,
      paths.map((path) => file(path, seen('AAAAAA=='))),
    )
    await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        record(
          org,
          (i % 2 ? paths : paths.toReversed()).map((path) => file(path, seen('BBBBBB==', 11))),
        ),
      ),
    )
    expect(await countOf(org)).toEqual({ files: 50, versions: 100 })
  })
})
