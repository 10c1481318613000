import { sql } from 'kysely'
import type { Db } from '../../src/db/client.ts'
import { type BenchServer, bucket, withServer } from '../bench-server.ts'
import { interleave, type Row, type Variant } from '../measure.ts'

const small = { analyses: 100, files: 1_000 }
const large = { analyses: 100_000, files: 1_000_000 }
const reads = 10

/** An analysis of 1,000 outputs over REST and GraphQL, and pages of 50, in a small ledger and in a large one. */
export async function analysisReadScenario(): Promise<Row[]> {
  return await withServer((few) =>
    withServer(async (many) => {
      await fill(few.database.db, small)
      await fill(many.database.db, large)
      const variants = [
        ...(await variantsOf(few, small.analyses)),
        ...(await variantsOf(many, large.analyses, small.analyses)),
      ]
      return await interleave(variants, { rounds: 9, warmups: 2 })
    }),
  )
}

async function variantsOf({ send, seed }: BenchServer, among: number, against?: number): Promise<Variant[]> {
  const names = Array.from({ length: 1_000 }, (_, i) => `read/file-${i}.vcf.gz`)
  await seed(names)
  const outputs = names.map((name) => ({ basename: `${bucket}/${name}` }))
  const body = { type: 'joint-calling', status: 'completed', outputs: { files: outputs } }
  const { id } = (await send('POST', '/api/v1/analysis/bench', body)) as { id: number }
  const query = 'query ($id: Int!) { analysis(id: $id) { id type status outputs } }'
  const calls: [string, () => Promise<unknown>][] = [
    ['1,000 outputs over REST', () => send('GET', `/api/v1/analysis/${id}`)],
    ['1,000 outputs over GraphQL', () => send('POST', '/graphql', { query, variables: { id } })],
    ['page of 50', () => send('GET', '/api/v1/analysis?project=filled&limit=50')],
    ['page of 50 by type', () => send('GET', '/api/v1/analysis?type=type-7&limit=50')],
    ['page of 50 by group', () => send('GET', '/api/v1/analysis?sequencing_group_id=group-7&limit=50')],
    [
      'page of those with one path',
      () => send('GET', `/api/v1/analysis?path=${encodeURIComponent('gs://bench/filled/7')}`),
    ],
  ]
  return calls.map(([name, call]) => ({
    name: `${name}, among ${among}`,
    ...(against === undefined ? {} : { against: `${name}, among ${against}` }),
    figures: () => ({ reads }),
    async run() {
      for (let i = 0; i < reads; i += 1) await call()
    },
  }))
}

/** Ten files to an analysis, all there; as many groups and types as a tenth of the analyses, but 1,000 at most. */
async function fill(db: Db, { analyses, files }: { analyses: number; files: number }): Promise<void> {
  const { id: org } = await db.selectFrom('org').select('id').executeTakeFirstOrThrow()
  const kinds = Math.min(1_000, analyses / 10)
  await sql`insert into project (org_id, name) values (${org}, 'filled')`.execute(db)
  await sql`
    insert into file (org_id, path, path_digest, basename, dirname, nameroot, nameext, state, reason, checked_at)
    select ${org}, path, sha256(convert_to(${`${org} `} || path, 'UTF8')), name, 'gs://bench/filled', name, null,
      'verified', 'Seen at its path', now()
    from (select 'gs://bench/filled/' || i as path, i::text as name from generate_series(1, ${files}::int) i) f
  `.execute(db)
  await sql`
    insert into file_version (file_id, org_id, number, size_bytes, crc32c)
    select id, org_id, 1, 1024, 'AAAAAA==' from file where dirname = 'gs://bench/filled'`.execute(db)
  await sql`
    insert into analysis (org_id, project_id, type, status, sequencing_group_ids, outputs, meta, active)
    select ${org}, (select id from project where name = 'filled'), 'type-' || i % ${kinds}::int, 'completed',
      array['group-' || i % ${kinds}::int], ${JSON.stringify({
        files: Array.from({ length: 10 }, (_, i) => ({ basename: String(i) })),
      })}::json, '{}', true
    from generate_series(1, ${analyses}::int) i`.execute(db)
  await sql`
    insert into file_use (org_id, file_id, version_id, direction, subject_kind, subject_id, place)
    select ${org}, f.id, v.id, 'out', 'analysis', a.id, 'files[' || i || ']'
    from (select id, row_number() over (order by id) as n from analysis) a
    cross join generate_series(0, 9) i
    join file f on f.path_digest = sha256(convert_to(${`${org} gs://bench/filled/`} || ((a.n - 1) * 10 + i + 1), 'UTF8'))
    join file_version v on v.file_id = f.id
    order by a.id, i`.execute(db)
  await sql`vacuum analyze`.execute(db)
}
