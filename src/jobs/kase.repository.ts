import { sql } from 'kysely'
import type { JobStatus } from '../contract/job.ts'
import type { Db, Trx } from '../db/client.ts'
import { isFinished, type KaseCounts, type KaseMoves, noKases } from './job-state.ts'

/** One kase for each casefile, numbered from 0; the ids come back in that order. */
export async function insertKases(trx: Trx, orgId: number, jobId: number, count: number): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    insert into kase (org_id, job_id, position)
    select ${orgId}, ${jobId}, position from generate_series(0, ${count - 1}::int) as position order by position
    returning id`.execute(trx)
  return rows.map((row) => row.id)
}

export interface NewCasefile {
  id: number
  kaseId: number
  useId: number
  fileName: string
  path: string
  modificationTime: Date | null
  status: 0 | 1
  modules: string[]
}

/** Casefile ids are taken first, because the uses of a casefile name it and it names its use. */
export async function nextCasefileIds(trx: Trx, count: number): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select nextval('casefile_id_seq')::int as id from generate_series(1, ${count}::int)`.execute(trx)
  return rows.map((row) => row.id).sort((a, b) => a - b)
}

export async function insertCasefiles(trx: Trx, orgId: number, casefiles: NewCasefile[]): Promise<void> {
  await sql`
    insert into casefile (id, org_id, kase_id, use_id, file_name, path, modification_time, status, modules)
    overriding system value
    select id, ${orgId}, kase_id, use_id, file_name, path, modification_time, status,
      array(select json_array_elements_text(modules))
    from unnest(
      ${casefiles.map((casefile) => casefile.id)}::int[], ${casefiles.map((casefile) => casefile.kaseId)}::int[],
      ${casefiles.map((casefile) => casefile.useId)}::bigint[],
      ${casefiles.map((casefile) => casefile.fileName)}::text[], ${casefiles.map((casefile) => casefile.path)}::text[],
      ${casefiles.map((casefile) => casefile.modificationTime)}::timestamptz[],
      ${casefiles.map((casefile) => casefile.status)}::int[],
      ${casefiles.map((casefile) => JSON.stringify(casefile.modules))}::json[]
    ) as c (id, kase_id, use_id, file_name, path, modification_time, status, modules)`.execute(trx)
}

/** Which kases are meant: those of jobs, or some by their own ids. */
export type KasesBy = { jobIds: number[] } | { kaseIds: number[] }

/** Kases `k` in the order `wanted`, by laterals all the way down: a cached plan thinks every array short. */
export function kasesBy(by: KasesBy) {
  return 'jobIds' in by
    ? sql`unnest(${by.jobIds}::int[]) with ordinality as wanted (id, position)
      cross join lateral (select * from kase where job_id = wanted.id offset 0) k`
    : sql`unnest(${by.kaseIds}::int[]) with ordinality as wanted (id, position)
      cross join lateral (select * from kase where id = wanted.id offset 0) k`
}

export interface KaseRow {
  id: number
  job_id: number
  status: JobStatus
  progress: number
  casefile_id: number
  file_name: string
  path: string
  modification_time: Date | null
  casefile_status: 0 | 1
  modules: string[]
}

export async function listKases(db: Db, orgId: number, by: KasesBy): Promise<KaseRow[]> {
  const { rows } = await sql<KaseRow>`
    select k.id, k.job_id, k.status, k.progress, c.id as casefile_id, c.file_name, c.path, c.modification_time,
      c.status as casefile_status, c.modules
    from ${kasesBy(by)}
    cross join lateral (select * from casefile where kase_id = k.id offset 0) c
    where k.org_id = ${orgId}
    order by wanted.position, k.position`.execute(db)
  return rows
}

export interface KaseStatusRow {
  id: number
  job_id: number
  status: JobStatus
  progress: number
  start_time: Date | null
  end_time: Date | null
}

export async function listKaseStatuses(db: Db, orgId: number, jobIds: number[]): Promise<KaseStatusRow[]> {
  const { rows } = await sql<KaseStatusRow>`
    select k.id, k.job_id, k.status, k.progress, k.start_time, k.end_time
    from ${kasesBy({ jobIds })}
    where k.org_id = ${orgId}
    order by wanted.position, k.position`.execute(db)
  return rows
}

/** What a report of outputs has to know of its kase before it looks at files. */
export async function findKase(db: Db, orgId: number, id: number) {
  return await db
    .selectFrom('kase')
    .innerJoin('job', 'job.id', 'kase.job_id')
    .innerJoin('casefile', 'casefile.kase_id', 'kase.id')
    .select([
      'kase.id',
      'kase.job_id',
      'kase.start_time',
      'job.submit_time',
      'casefile.id as casefile_id',
      'casefile.file_name',
      'casefile.path',
    ])
    .where('kase.org_id', '=', orgId)
    .where('kase.id', '=', id)
    .executeTakeFirst()
}
export type FoundKase = NonNullable<Awaited<ReturnType<typeof findKase>>>

/** The job's row is locked: its status follows from these. */
export async function countKases(trx: Trx, orgId: number, jobId: number): Promise<KaseCounts> {
  const rows = await trx
    .selectFrom('kase')
    .select(({ fn }) => ['status', fn.countAll<number>().as('count')])
    .where('org_id', '=', orgId)
    .where('job_id', '=', jobId)
    .groupBy('status')
    .execute()
  return { ...noKases, ...Object.fromEntries(rows.map(({ status, count }) => [status, Number(count)])) }
}

export async function moveKases(
  trx: Trx,
  orgId: number,
  jobId: number,
  { from, to }: KaseMoves,
  at: Date,
): Promise<void> {
  await sql`
    update kase set status = ${to}, end_time = ${isFinished(to) ? at : null}
    where job_id = ${jobId} and org_id = ${orgId} and status = any(${from}::text[])`.execute(trx)
}

/** False where it has ended, or an engine runs it. */
export async function completeKase(trx: Trx, orgId: number, id: number, at: Date): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('kase')
    .set({ status: 'completed', progress: 100, end_time: at })
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .where('status', 'in', ['queued', 'paused'])
    .executeTakeFirst()
  return numUpdatedRows > 0n
}
