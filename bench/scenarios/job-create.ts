import { sql } from 'kysely'
import type { Db } from '../../src/db/client.ts'
import { type BenchServer, bucket, withServer } from '../bench-server.ts'
import { interleave, type Row, type Variant } from '../measure.ts'

const small = 100
const large = 100_000
const casefiles = 1_000
/** Of the five aux files of each casefile four are taken from so many, which stand in the ledger already. */
const shared = 100

/** A job of 1,000 casefiles with five aux files each, and reading, listing and pausing it, in a small ledger and in a large one. */
export async function jobCreateScenario(): Promise<Row[]> {
  return await withServer((few) =>
    withServer(async (many) => {
      await fill(few.database.db, small)
      await fill(many.database.db, large)
      const variants = [...(await variantsOf(few, small)), ...(await variantsOf(many, large, small))]
      return await interleave(variants, { rounds: 7, warmups: 2 })
    }),
  )
}

async function variantsOf(server: BenchServer, among: number, against?: number): Promise<Variant[]> {
  const { send } = server
  let made = 0
  let body: object = {}
  const create = async () => ((await send('POST', '/api/v1/jobs', body)) as { id: number }).id
  body = jobIn('/elsewhere', 'first')
  const id = await create()
  const figures = () => ({ casefiles, aux_files: casefiles * 5 })
  const named = (name: string): Pick<Variant, 'name' | 'against'> => ({
    name: `${name}, among ${among}`,
    ...(against === undefined ? {} : { against: `${name}, among ${against}` }),
  })
  return [
    {
      ...named('create, in no location'),
      figures,
      async prepare() {
        body = jobIn('/elsewhere', `run-${++made}`)
      },
      run: create,
    },
    {
      ...named('create, in a bucket'),
      figures,
      async prepare() {
        const run = `run-${++made}`
        body = jobIn(bucket, run)
        await server.seed([
          ...times(casefiles).flatMap((i) => [`jobs/${run}/${i}.olga`, `jobs/${run}/${i}.tab`]),
          ...times(shared).map((i) => `shared/${i}.tab`),
        ])
      },
      run: create,
    },
    { ...named('read'), run: () => send('GET', `/api/v1/jobs/${id}`) },
    { ...named('status'), run: () => send('GET', `/api/v1/jobs/${id}/status`) },
    { ...named('page of 100 of the token'), run: () => send('GET', `/api/v1/jobs?before=${id}`) },
    { ...named('page of 100 of the org'), run: () => send('GET', `/api/v1/jobs?scope=org&before=${id}`) },
    {
      ...named('pause and resume'),
      async run() {
        for (const pause_flag of [true, false]) await send('PATCH', `/api/v1/jobs/${id}`, { pause_flag })
      },
    },
  ]
}

function jobIn(root: string, run: string): object {
  const at = (folder: string, name: string) => ({ file_name: name, path: `${root}/${folder}/${name}` })
  return {
    job: { description: run, project_name: 'bench', olga_version: '7.3.5' },
    casefiles: times(casefiles).map((i) => ({
      ...at(`jobs/${run}`, `${i}.olga`),
      modules: ['Pipeline'],
      aux_files: [
        at(`jobs/${run}`, `${i}.tab`),
        ...times(4).map((j) => at('shared', `${(i * 7 + j * 13) % shared}.tab`)),
      ],
    })),
  }
}

function times(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i)
}

/** Jobs of one casefile with five aux files, four of them shared. */
async function fill(db: Db, jobs: number): Promise<void> {
  const { id: org } = await db.selectFrom('org').select('id').executeTakeFirstOrThrow()
  const { id: token } = await db.selectFrom('token').select('id').executeTakeFirstOrThrow()
  const common = Math.max(shared, jobs / 10)
  const digestOf = (path: ReturnType<typeof sql>) => sql`sha256(convert_to(${`${org} `} || ${path}, 'UTF8'))`
  await sql`insert into project (org_id, name) values (${org}, 'filled')`.execute(db)
  await sql`
    insert into file (org_id, path, path_digest, basename, dirname, nameroot, nameext, state, reason)
    select ${org}, path, ${digestOf(sql`path`)}, name, '/filled', name, null, 'declared', 'Named, and not looked at yet'
    from (
      select '/filled/' || kind || i as path, kind || i as name
      from (values ('case-', ${jobs}::int), ('own-', ${jobs}::int), ('shared-', ${common}::int)) k (kind, count)
      cross join generate_series(1, k.count) i
    ) f`.execute(db)
  await sql`
    insert into aux_file (org_id, file_id, file_name)
    select org_id, id, basename from file where basename not like 'case-%' and dirname = '/filled'`.execute(
    db,
  )
  await sql`
    insert into job (org_id, project_id, token_id, description, olga_version_id, engine_id, numparallelsims, files_count)
    select ${org}, (select id from project where name = 'filled'), ${token}, 'filled ' || i, 1, 1, 1, 6
    from generate_series(1, ${jobs}::int) i`.execute(db)
  await sql`insert into kase (org_id, job_id, position) select org_id, id, 0 from job`.execute(db)
  await sql`
    create table filled as
    select k.id as kase_id, n.n, f.id as file_id
    from (select id, row_number() over (order by id) as n from kase) k
    cross join generate_series(0, 5) i
    cross join lateral (select k.n::int as n, i) n
    join file f on f.path_digest = ${digestOf(sql`'/filled/' || case n.i when 0 then 'case-' || n.n
      when 1 then 'own-' || n.n else 'shared-' || (n.n * 7 + n.i * 13) % ${common}::int + 1 end`)}`.execute(
    db,
  )
  await sql`
    insert into file_use (org_id, file_id, direction, subject_kind, subject_id, place)
    select ${org}, file_id, 'in', 'casefile', n, 'filled' from filled order by kase_id`.execute(db)
  await sql`
    insert into casefile (org_id, kase_id, use_id, file_name, path, status, modules)
    select ${org}, u.kase_id, u.use_id, f.basename, f.path, 0, '{}'
    from (
      select k.id as kase_id, u.id as use_id, u.file_id
      from (select id, row_number() over (order by id) as n from kase) k
      join file_use u on u.subject_id = k.n and u.subject_kind = 'casefile'
    ) u
    join file f on f.id = u.file_id
    where f.basename like 'case-%' order by u.kase_id`.execute(db)
  await sql`
    insert into casefile_association (casefile_id, aux_file_id, use_id, position)
    select distinct on (c.id, x.id) c.id, x.id, u.id, u.id % 1000000
    from (select id, row_number() over (order by id) as n from casefile) c
    join file_use u on u.subject_id = c.n and u.subject_kind = 'casefile'
    join aux_file x on x.file_id = u.file_id`.execute(db)
  await sql`drop table filled`.execute(db)
  await sql`vacuum analyze`.execute(db)
}
