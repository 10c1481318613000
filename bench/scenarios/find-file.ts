import { sql } from 'kysely'
import type { Db } from '../../src/db/client.ts'
import { findFilesByPath } from '../../src/files/file.repository.ts'
import { listFiles } from '../../src/files/file-query.repository.ts'
import { withContext } from '../context.ts'
import { interleave, type Row } from '../measure.ts'

const small = 1_000
const large = 1_000_000
const lookUps = 200

/** Whether finding one file costs more in a ledger that holds a thousand times as many. */
export async function findFileScenario(): Promise<Row[]> {
  return await withContext((few) =>
    withContext(async (many) => {
      const ledgers = await Promise.all(
        [
          { ...few, count: small },
          { ...many, count: large },
        ].map(async ({ database, makeOrg, count }) => {
          const org = await makeOrg('bench')
          await fill(database.db, org, count)
          await sql`vacuum analyze`.execute(database.db)
          return { db: database.db, org, count }
        }),
      )
      const variants = ledgers.flatMap(({ db, org, count }) => [
        variant(db, org, count, `by path among ${count}`),
        page(db, org, count, `by name among ${count}`),
      ])
      return await interleave(
        variants.map((one) => {
          const against = one.name.replace(String(large), String(small))
          return against === one.name ? one : { ...one, against }
        }),
        { rounds: 15, warmups: 3 },
      )
    }),
  )
}

function variant(db: Db, org: number, count: number, name: string) {
  return {
    name,
    figures: () => ({ lookUps }),
    async run() {
      for (let i = 0; i < lookUps; i += 1) {
        const found = await findFilesByPath(db, org, [pathOf(org, Math.floor(Math.random() * count))])
        if (found.length !== 1) throw new Error(`found ${found.length} files at one path`)
      }
    },
  }
}

function page(db: Db, org: number, count: number, name: string) {
  return {
    name,
    figures: () => ({ lookUps }),
    async run() {
      for (let i = 0; i < lookUps; i += 1) {
        const wanted = `sample-${Math.floor(Math.random() * count)}.vcf.gz`
        const found = await listFiles(db, org, { name: wanted, limit: 51, afterId: null })
        if (found.length !== 1) throw new Error(`found ${found.length} files of one name`)
      }
    },
  }
}

function pathOf(org: number, index: number): string {
  return `/bench/${org}/${index % 1000}/sample-${index}.vcf.gz`
}

async function fill(db: Db, org: number, count: number): Promise<void> {
  await sql`
    with made as (
      insert into file (org_id, path, path_digest, basename, dirname, nameroot, nameext, state, reason, checked_at)
      select ${org}, path, sha256(convert_to(${org}::int || ' ' || path, 'UTF8')), 'sample-' || i || '.vcf.gz',
        '/bench/' || ${org}::int || '/' || i % 1000, 'sample-' || i, '.vcf.gz', 'verified', 'Seen at its path', now()
      from (select i, '/bench/' || ${org}::int || '/' || i % 1000 || '/sample-' || i || '.vcf.gz' as path
        from generate_series(0, ${count - 1}::int) i) paths
      returning id
    )
    insert into file_version (file_id, org_id, number, size_bytes, crc32c, generation)
    select id, ${org}, 1, 1024, 'AAAAAA==', '1' from made`.execute(db)
}
