import { type RawBuilder, type Selectable, sql } from 'kysely'
import type { AnalysisListQuery, AnalysisSearch, AnalysisStatus } from '../contract/analysis.ts'
import type { Json, JsonObject } from '../contract/json.ts'
import type { Db, Trx } from '../db/client.ts'
import { pathDigest } from '../files/path-digest.ts'
import type { AnalysisTable } from './analysis.table.ts'

export interface AnalysisFacts {
  type: string
  status: AnalysisStatus
  sequencingGroupIds: string[]
  outputs: Json
  output: string | null
  meta: JsonObject
  active: boolean
  author: string | null
  timestampCompleted: Date | null
}

export type ChangeableFacts = Omit<AnalysisFacts, 'type' | 'sequencingGroupIds' | 'author'>

/** With its project's name. */
export type AnalysisRow = Omit<Selectable<AnalysisTable>, 'org_id' | 'project_id'> & { project: string }

const columns = sql`a.id, p.name as project, a.type, a.status, a.sequencing_group_ids, a.outputs, a.output, a.meta, a.active,
  a.author, a.timestamp_completed, a.created_at, a.updated_at`

/** They come back in the order given. */
export async function insertAnalyses(
  trx: Trx,
  orgId: number,
  analyses: readonly (AnalysisFacts & { projectId: number })[],
): Promise<{ id: number; createdAt: Date }[]> {
  const { rows } = await sql<{ id: number; created_at: Date }>`
    insert into analysis (org_id, project_id, type, status, sequencing_group_ids, outputs, output, meta, active, author,
      timestamp_completed)
    select ${orgId}, project_id, type, status, array(select json_array_elements_text(group_ids)), outputs, output, meta,
      active, author, timestamp_completed
    from unnest(
      ${analyses.map((analysis) => analysis.projectId)}::int[], ${analyses.map((analysis) => analysis.type)}::text[],
      ${analyses.map((analysis) => analysis.status)}::text[],
      ${analyses.map((analysis) => JSON.stringify(analysis.sequencingGroupIds))}::json[],
      ${analyses.map((analysis) => JSON.stringify(analysis.outputs))}::json[],
      ${analyses.map((analysis) => analysis.output)}::text[],
      ${analyses.map((analysis) => JSON.stringify(analysis.meta))}::json[],
      ${analyses.map((analysis) => analysis.active)}::boolean[],
      ${analyses.map((analysis) => analysis.author)}::text[],
      ${analyses.map((analysis) => analysis.timestampCompleted)}::timestamptz[]
    ) with ordinality as i (project_id, type, status, group_ids, outputs, output, meta, active, author,
      timestamp_completed, position)
    order by position
    returning id, created_at`.execute(trx)
  return rows.map((row) => ({ id: row.id, createdAt: row.created_at }))
}

export async function updateAnalysis(
  trx: Trx,
  orgId: number,
  id: number,
  facts: ChangeableFacts,
): Promise<void> {
  await sql`
    update analysis set status = ${facts.status}, outputs = ${JSON.stringify(facts.outputs)}::json,
      output = ${facts.output}, meta = ${JSON.stringify(facts.meta)}::json, active = ${facts.active},
      timestamp_completed = ${facts.timestampCompleted}, updated_at = now()
    where id = ${id} and org_id = ${orgId}`.execute(trx)
}

export async function findAnalyses(db: Db, orgId: number, ids: number[]): Promise<AnalysisRow[]> {
  const { rows } = await sql<AnalysisRow>`
    select ${columns}
    from unnest(${ids}::int[]) with ordinality as wanted (id, position)
    cross join lateral (select * from analysis where id = wanted.id and org_id = ${orgId} offset 0) a
    cross join lateral (select name from project where id = a.project_id offset 0) p
    order by wanted.position`.execute(db)
  return rows
}

/** Nobody else changes it until this transaction has ended. */
export async function lockAnalysis(trx: Trx, orgId: number, id: number): Promise<AnalysisRow | undefined> {
  const { rows } = await sql<AnalysisRow>`
    select ${columns} from analysis a join project p on p.id = a.project_id
    where a.id = ${id} and a.org_id = ${orgId} for no key update of a`.execute(trx)
  return rows[0]
}

/** Newest first: those before the analysis `afterId`. */
export async function listAnalyses(
  db: Db,
  orgId: number,
  query: AnalysisSearch & Pick<AnalysisListQuery, 'path'> & { limit: number; afterId: number | null },
): Promise<AnalysisRow[]> {
  const conditions = [sql`a.org_id = ${orgId}`, ...conditionsOf(orgId, query)]
  if (query.afterId !== null) conditions.push(sql`a.id < ${query.afterId}`)
  const { rows } = await sql<AnalysisRow>`
    select ${columns} from analysis a join project p on p.id = a.project_id
    where ${sql.join(conditions, sql` and `)}
    order by a.id desc limit ${query.limit}`.execute(db)
  return rows
}

function conditionsOf(
  orgId: number,
  { projects, sequencing_group_ids: groups, type, status, active, path }: AnalysisSearch & { path?: string },
): RawBuilder<unknown>[] {
  const conditions: RawBuilder<unknown>[] = []
  if (projects !== undefined) {
    conditions.push(
      sql`a.project_id in (select id from project where org_id = ${orgId} and name = any(${projects}::text[]))`,
    )
  }
  if (groups !== undefined) {
    // Found by the groups first: a plan that walks the analyses backwards would go through all of them for a rare one.
    conditions.push(sql`a.id in (
      select id from analysis where org_id = ${orgId} and sequencing_group_ids && ${groups}::text[] offset 0)`)
  }
  if (type !== undefined) conditions.push(sql`a.type = ${type}`)
  if (status !== undefined) conditions.push(sql`a.status = ${status}`)
  if (active !== undefined) conditions.push(sql`a.active = ${active}`)
  if (path !== undefined) {
    conditions.push(sql`a.id in (
      select u.subject_id from file f join file_use u on u.file_id = f.id
      where f.path_digest = ${pathDigest(orgId, path)} and u.subject_kind = 'analysis' offset 0)`)
  }
  return conditions
}
