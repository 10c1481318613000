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
    const variants = sizes.flatMap((size): Variant[] => {
      let statements = 0
      const figures = () => ({ files: size, statements })
      return [
        {
          name: `record ${size} new`,
          figures,
          async run(round) {
            statements = await record(files(size, `new-${size}-${round}`))
          },
        },
        {
          name: `record ${size} again`,
          against: `record ${size} new`,
          figures,
          async run() {
            statements = await record(files(size, `known-${size}`))
          },
        },
      ]
    })
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
