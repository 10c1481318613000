import { sql } from 'kysely'
import { expect } from 'vitest'
import { inTransaction } from '../../src/db/transaction.ts'
import { noFacts } from '../../src/files/file-state.ts'
import { type FileToRecord, recordFiles } from '../../src/files/record-files.ts'
import { makeOrg } from './orgs.ts'
import type { TestDatabase } from './test-database.ts'

const pathsEach = 200

/** Two at once register the same paths in opposite order; half the rounds the files are there and change. */
export async function registerInOppositeOrder(database: TestDatabase, rounds: number): Promise<void> {
  const org = await makeOrg(database.db, 'opposite-order')
  const record = (files: FileToRecord[], seenAt: Date, bothHaveBegun: () => Promise<void>) =>
    inTransaction(database.db, async (trx) => {
      await sql`select 1`.execute(trx)
      await bothHaveBegun()
      return await recordFiles(trx, org, files, seenAt)
    })
  for (let round = 0; round < rounds; round += 1) {
    const bothHaveBegun = meeting(2)
    const facts = { ...noFacts, sizeBytes: round, crc32c: `${round}` }
    const files = Array.from(
      { length: pathsEach },
      (_, i): FileToRecord => ({
        path: `/race/${Math.floor(round / 2)}/${i}`,
        kind: 'file',
        sighting: { state: 'verified', facts },
      }),
    )
    const seenAt = new Date()
    const [forth, back] = await Promise.all([
      record(files, seenAt, bothHaveBegun),
      record(files.toReversed(), seenAt, bothHaveBegun),
    ])
    expect(forth).toEqual(back)
  }
  const { rows } = await sql<{ files: number; versions: number }>`
    select (select count(*) from file where org_id = ${org}) as files,
      (select count(*) from file_version where org_id = ${org}) as versions`.execute(database.db)
  expect(rows).toEqual([{ files: Math.ceil(rounds / 2) * pathsEach, versions: rounds * pathsEach }])
}

/** Each who comes waits until so many have come. */
function meeting(size: number): () => Promise<void> {
  let missing = size
  let open = () => {}
  const allCame = new Promise<void>((resolve) => {
    open = resolve
  })
  return () => {
    missing -= 1
    if (missing <= 0) open()
    return allCame
  }
}
