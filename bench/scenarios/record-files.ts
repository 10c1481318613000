import { inTransaction } from '../../src/db/transaction.ts'
import { noFacts } from '../../src/files/file-state.ts'
import { type FileToRecord, recordFiles } from '../../src/files/record-files.ts'
import { withContext } from '../context.ts'
import { interleave, type Row, type Variant } from '../measure.ts'

const sizes = [1, 10, 100, 10_000]

/** What recording costs: new files, and the same ones again, by how many come at once. */
export async function recordFilesScenario(): Promise<Row[]> {
  return await withContext(async ({ database, makeOrg }) => {
    const org = await makeOrg('record')
    const record = async (files: FileToRecord[]) => {
      const before = database.statementCount()
      await inTransaction(database.db, (trx) => recordFiles(trx, org, files, new Date()))
      return database.statementCount() - before
    }
    for (const size of sizes) await record(files(size, `known-${size}`))
    const variantOf = (name: string, folderOf: (round: number) => string, size: number): Variant => {
      let statements = 0
      return {
        name,
        figures: () => ({ files: size, statements }),
        async run(round) {
          statements = await record(files(size, folderOf(round)))
        },
      }
    }
    const variants = sizes.flatMap((size): Variant[] => [
      variantOf(`record ${size} new`, (round) => `new-${size}-${round}`, size),
      {
        ...variantOf(`record ${size} again`, () => `known-${size}`, size),
        against: `record ${size} new`,
      },
    ])
    return await interleave(variants, { rounds: 9, warmups: 6 })
  })
}

function files(count: number, folder: string): FileToRecord[] {
  const facts = { ...noFacts, sizeBytes: 1024, crc32c: 'AAAAAA==', generation: '1' }
  return Array.from({ length: count }, (_, i) => ({
    path: `/bench/${folder}/file-${i}.vcf.gz`,
    kind: 'file',
    sighting: { state: 'verified', facts },
  }))
}
