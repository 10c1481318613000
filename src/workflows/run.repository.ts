import { type Selectable, sql } from 'kysely'
import type { Finding } from '../contract/finding.ts'
import type { JsonObject } from '../contract/json.ts'
import type { RunFile, RunState } from '../contract/run.ts'
import type { Db, Trx } from '../db/client.ts'
import type { RunStepTable, RunTable } from './run.table.ts'
import type { WorkflowKey } from './workflow.repository.ts'
import type { WorkflowStep } from './workflow.table.ts'

/** With its workflow's slug. */
export type RunRow = Omit<Selectable<RunTable>, 'org_id' | 'workflow_id' | 'token_id'> & { workflow: string }

const columns = sql`r.id, w.slug as workflow, r.workflow_version, r.state, r.name, r.metadata, r.created_at, r.started_at,
  r.finished_at`
const workflowOfEach = sql`cross join lateral (select slug from workflow where id = r.workflow_id offset 0) w`

export interface NewRun {
  id: number
  tokenId: number
  workflowId: number
  workflowVersion: number
  name: string | null
  metadata: JsonObject
  steps: readonly WorkflowStep[]
}

/** Their numbers were drawn for their submissions. Answers when they were made. */
export async function insertRuns(trx: Trx, orgId: number, runs: readonly NewRun[]): Promise<Date> {
  const steps = runs.flatMap(({ id, steps }) => steps.map((step, position) => ({ ...step, id, position })))
  const { rows } = await sql<{ created_at: Date }>`
    with new_run as (
      insert into run (id, org_id, workflow_id, workflow_version, token_id, name, metadata)
      overriding system value
      select id, ${orgId}, workflow_id, workflow_version, token_id, name, metadata
      from unnest(
        ${runs.map((run) => run.id)}::int[], ${runs.map((run) => run.workflowId)}::int[],
        ${runs.map((run) => run.workflowVersion)}::int[], ${runs.map((run) => run.tokenId)}::int[],
        ${runs.map((run) => run.name)}::text[], ${runs.map((run) => JSON.stringify(run.metadata))}::json[]
      ) as r (id, workflow_id, workflow_version, token_id, name, metadata)
    ), new_step as (
      insert into run_step (run_id, position, name, validator)
      select * from unnest(
        ${steps.map((step) => step.id)}::int[], ${steps.map((step) => step.position)}::int[],
        ${steps.map((step) => step.name)}::text[], ${steps.map((step) => step.validator)}::text[]
      )
    )
    select now() as created_at`.execute(trx)
  const [row] = rows
  if (row === undefined) throw new Error('A statement that answers one row answered none')
  return row.created_at
}

export interface NewRunFile {
  runId: number
  /** Among the run's files. */
  position: number
  fileId: number
  slot: string | null
  role: RunFile['role']
  originalName: string
  fileType: string | null
  sameAs: number | null
}

/** What is said of the files that runs take in, beside their uses, which were begun before. */
export async function insertRunFiles(trx: Trx, files: readonly NewRunFile[]): Promise<void> {
  const { rows } = await sql`
    insert into run_file (run_id, position, use_id, slot, role, original_filename, file_type, same_as)
    select i.run_id, i.position, u.id, i.slot, i.role, i.original_filename, i.file_type, i.same_as
    from unnest(
      (select ${files.map((file) => file.runId)}::int[]), (select ${files.map((file) => file.position)}::int[]),
      (select ${files.map((file) => file.fileId)}::int[]), (select ${files.map((file) => file.slot)}::text[]),
      (select ${files.map((file) => file.role)}::text[]), (select ${files.map((file) => file.originalName)}::text[]),
      (select ${files.map((file) => file.fileType)}::text[]), (select ${files.map((file) => file.sameAs)}::int[])
    ) as i (run_id, position, file_id, slot, role, original_filename, file_type, same_as)
    cross join lateral (
      select id, file_id from file_use where subject_kind = 'run' and subject_id = i.run_id offset 0
    ) u
    where u.file_id = i.file_id
    returning 1`.execute(trx)
  if (rows.length !== files.length) throw new Error(`${rows.length} uses of ${files.length} files of runs`)
}

export async function insertRunFindings(
  trx: Trx,
  findings: readonly (Finding & { runId: number })[],
): Promise<void> {
  if (findings.length === 0) return
  await sql`
    insert into run_finding (run_id, severity, code, message, file, line, step)
    select run_id, severity, code, message, file, line, step
    from unnest(
      ${findings.map((one) => one.runId)}::int[],
      ${findings.map((one) => one.severity)}::text[], ${findings.map((one) => one.code)}::text[],
      ${findings.map((one) => one.message)}::text[], ${findings.map((one) => one.file)}::text[],
      ${findings.map((one) => one.line)}::int[], ${findings.map((one) => one.step)}::int[]
    ) with ordinality as f (run_id, severity, code, message, file, line, step, position)
    order by position`.execute(trx)
}

export async function findRun(db: Db, orgId: number, id: number): Promise<RunRow | undefined> {
  const { rows } = await sql<RunRow>`
    select ${columns} from run r ${workflowOfEach} where r.id = ${id} and r.org_id = ${orgId}`.execute(db)
  return rows[0]
}

export interface RunFilter {
  workflow?: WorkflowKey
  state?: RunState
  /** The run that the page before this one ended with. */
  beforeId: number | null
  limit: number
}

/** Newest first; also those of workflows that are deleted, under the slug that each had. */
export async function listRuns(db: Db, orgId: number, filter: RunFilter): Promise<RunRow[]> {
  const { workflow, state, beforeId, limit } = filter
  const conditions = [workflow === undefined ? sql`org_id = ${orgId}` : sql`workflow_id = named.id`]
  if (state !== undefined) conditions.push(sql`state = ${state}`)
  if (beforeId !== null) conditions.push(sql`id < ${beforeId}`)
  const newest = sql`select * from run where ${sql.join(conditions, sql` and `)} order by id desc limit ${limit}`
  // Several workflows may have had one slug: the newest runs of each, and of those the newest.
  const wanted =
    workflow === undefined
      ? newest
      : sql`select newest.* from (${workflowIds(orgId, workflow)}) named cross join lateral (${newest}) newest
          order by newest.id desc limit ${limit}`
  const { rows } = await sql<RunRow>`
    select ${columns} from (${wanted}) r ${workflowOfEach}
    order by r.id desc`.execute(db)
  return rows
}

function workflowIds(orgId: number, key: WorkflowKey) {
  return 'id' in key
    ? sql`select id from workflow where id = ${key.id} and org_id = ${orgId}`
    : sql`select id from workflow where org_id = ${orgId} and slug = ${key.slug}`
}

export interface RunFileRow {
  run_id: number
  file_id: number
  slot: string | null
  role: RunFile['role']
  direction: RunFile['direction']
  original_filename: string
  file_type: string | null
  size_bytes: number
  sha256: string
  path: string
  same_as: number | null
  created_at: Date
}

export async function listRunFiles(db: Db, orgId: number, runIds: number[]): Promise<RunFileRow[]> {
  const { rows } = await sql<RunFileRow>`
    select r.run_id, u.file_id, r.slot, r.role, u.direction, r.original_filename, r.file_type, v.size_bytes, v.sha256, f.path,
      r.same_as, r.created_at
    from unnest(${runIds}::int[]) as wanted (id)
    cross join lateral (select * from run_file where run_id = wanted.id offset 0) r
    cross join lateral (select * from file_use where id = r.use_id and org_id = ${orgId} offset 0) u
    cross join lateral (select path from file where id = u.file_id offset 0) f
    cross join lateral (select size_bytes, sha256 from file_version where id = u.version_id offset 0) v
    order by r.run_id, r.position`.execute(db)
  return rows
}

export type RunStepRow = Selectable<RunStepTable>

export async function listRunSteps(db: Db, runIds: number[]): Promise<RunStepRow[]> {
  const { rows } = await sql<RunStepRow>`
    select s.* from unnest(${runIds}::int[]) as wanted (id)
    cross join lateral (select * from run_step where run_id = wanted.id offset 0) s
    order by s.run_id, s.position`.execute(db)
  return rows
}

export async function listRunFindings(db: Db, runIds: number[]): Promise<(Finding & { run_id: number })[]> {
  const { rows } = await sql<Finding & { run_id: number }>`
    select f.run_id, f.severity, f.code, f.message, f.file, f.line, f.step
    from unnest(${runIds}::int[]) as wanted (id)
    cross join lateral (select * from run_finding where run_id = wanted.id offset 0) f
    order by f.id`.execute(db)
  return rows
}

/** Under which name a submission brought the file; undefined where none did. */
export async function findUploadedName(db: Db, orgId: number, fileId: number): Promise<string | undefined> {
  const { rows } = await sql<{ original_filename: string }>`
    select r.original_filename
    from (
      select id, subject_id from (select * from file_use where file_id = ${fileId} offset 0) all_uses
      where org_id = ${orgId} and subject_kind = 'run' order by id limit 1
    ) u
    cross join lateral (
      select original_filename from run_file where run_id = u.subject_id and use_id = u.id offset 0
    ) r`.execute(db)
  return rows[0]?.original_filename
}

/** False where it no longer waits, or is not there. */
export async function cancelQueuedRun(trx: Trx, orgId: number, id: number): Promise<boolean> {
  const { rows } = await sql`
    with canceled as (
      update run set state = 'canceled', finished_at = now()
      where id = ${id} and org_id = ${orgId} and state = 'queued' returning id
    ), steps as (
      update run_step set state = 'canceled' from canceled where run_id = canceled.id and state = 'queued'
    )
    select id from canceled`.execute(trx)
  return rows.length === 1
}
