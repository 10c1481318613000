import { type Selectable, sql } from 'kysely'
import type { JobListQuery, JobStatus } from '../contract/job.ts'
import type { Db, Trx } from '../db/client.ts'
import type { JobTable } from './job.table.ts'
import { isFinished, type JobState } from './job-state.ts'

export interface NewJob {
  orgId: number
  projectId: number
  tokenId: number
  description: string
  solverVersionId: number
  priorityId: number | null
  engineId: number
  numparallelsims: number
  launchTime: Date | null
  filesCount: number
}

export async function insertJob(trx: Trx, job: NewJob): Promise<number> {
  const row = await trx
    .insertInto('job')
    .values({
      org_id: job.orgId,
      project_id: job.projectId,
      token_id: job.tokenId,
      description: job.description,
      olga_version_id: job.solverVersionId,
      priority_id: job.priorityId,
      engine_id: job.engineId,
      numparallelsims: job.numparallelsims,
      launch_time: job.launchTime,
      files_count: job.filesCount,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return row.id
}

export type JobRow = Selectable<JobTable> & { project_name: string; olga_version: string }

/** In the order asked for; those that are not this org's are left out. */
export async function findJobs(db: Db, orgId: number, ids: number[]): Promise<JobRow[]> {
  const { rows } = await sql<JobRow>`
    select j.*, p.name as project_name, s.name as olga_version
    from unnest(${ids}::int[]) with ordinality as wanted (id, position)
    cross join lateral (select * from job where id = wanted.id offset 0) j
    cross join lateral (select name from project where id = j.project_id offset 0) p
    cross join lateral (
      select name from solver_version where org_id = j.org_id and id = j.olga_version_id offset 0
    ) s
    where j.org_id = ${orgId}
    order by wanted.position`.execute(db)
  return rows
}

export type JobStatusRow = Pick<
  JobRow,
  'id' | 'description' | 'status' | 'submit_time' | 'start_time' | 'end_time'
> & { kases_count: number }

/** The same, as much of them as a status tells. */
export async function findJobStatuses(db: Db, orgId: number, ids: number[]): Promise<JobStatusRow[]> {
  const { rows } = await sql<JobStatusRow>`
    select j.id, j.description, j.status, j.submit_time, j.start_time, j.end_time, n.kases_count
    from unnest(${ids}::int[]) with ordinality as wanted (id, position)
    cross join lateral (select * from job where id = wanted.id offset 0) j
    cross join lateral (select count(*)::int as kases_count from kase where job_id = j.id) n
    where j.org_id = ${orgId}
    order by wanted.position`.execute(db)
  return rows
}

/**
 * Newest first. With the scope `token` those that the token made, or, where it is a browser's session, that any session of
 * the same member made.
 */
export async function listJobIds(
  db: Db,
  orgId: number,
  { scope, limit, before, tokenId }: JobListQuery & { tokenId: number },
): Promise<{ id: number; files_count: number }[]> {
  const page = sql`${before === undefined ? sql`` : sql`and id < ${before}`} order by id desc limit ${limit}`
  const ofOrg = sql`select id, files_count from job where org_id = ${orgId} ${page}`
  const ofTokens = sql`
    select j.id, j.files_count
    from (
      select ${tokenId}::int as id
      union
      select other.id from (select member_id from token where id = ${tokenId} and session offset 0) own
      cross join lateral (select id from token where member_id = own.member_id and session offset 0) other
    ) t
    cross join lateral (select id, files_count, org_id from job where token_id = t.id ${page} offset 0) j
    where j.org_id = ${orgId}
    order by j.id desc limit ${limit}`
  const { rows } = await sql<{
    id: number
    files_count: number
  }>`${scope === 'org' ? ofOrg : ofTokens}`.execute(db)
  return rows
}

export interface LockedJob extends Omit<JobState, 'kases'> {
  status: JobStatus
  /** When: `now()` is when the transaction began, which may be before whoever held the row let it go. */
  lockedAt: Date
}

/** Whoever changes a job, its kases or their outputs holds its row first, and after the rows of files. */
export async function lockJob(trx: Trx, orgId: number, id: number): Promise<LockedJob | undefined> {
  const row = await trx
    .selectFrom('job')
    .select(['status', 'pause_flag', 'kill_flag', sql<Date>`clock_timestamp()`.as('locked_at')])
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirst()
  if (row === undefined) return undefined
  const { status, pause_flag: pauseFlag, kill_flag: killFlag, locked_at: lockedAt } = row
  return { status, pauseFlag, killFlag, lockedAt }
}

export async function updateJob(
  trx: Trx,
  orgId: number,
  id: number,
  { status, pauseFlag, killFlag, lockedAt }: LockedJob,
  newFiles = 0,
): Promise<void> {
  await sql`
    update job set status = ${status}, pause_flag = ${pauseFlag}, kill_flag = ${killFlag},
      end_time = case when ${isFinished(status)} then coalesce(end_time, ${lockedAt}::timestamptz) end,
      files_count = files_count + ${newFiles}::int, updated_at = ${lockedAt}
    where id = ${id} and org_id = ${orgId}`.execute(trx)
}
