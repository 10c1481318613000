import { type RawBuilder, sql } from 'kysely'
import type { AnalysisListQuery, AnalysisSearch, AnalysisStatus } from '../contract/analysis.ts'
import type { Json, JsonObject } from '../contract/json.ts'
import type { Db, Trx } from '../db/client.ts'
import { pathDigest } from '../files/path-digest.ts'

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

export interface AnalysisRow {
  id: number
  project: string
  type: string
  status: AnalysisStatus
  sequencing_group_ids: string[]
  outputs: Json
  output: string | null
  meta: JsonObject
  active: boolean
  author: string | null
  timestamp_completed: Date | null
  created_at: Date
  updated_at: Date
}

const columns = sql`a.id, p.name as project, a.type, a.status, a.sequencing_group_ids, a.outputs, a.output, a.meta, a.active,
  a.author, a.timestamp_completed, a.created_at, a.updated_at`

export async function insertAnalysis(
  trx: Trx,
  orgId: number,
  projectId: number,
  facts: AnalysisFacts,
): Promise<number> {
  const { rows } = await sql<{ id: number }>`
    insert into analysis (org_id, project_id, type, status, sequencing_group_ids, outputs, output, meta, active, author,
      timestamp_completed)
    values (${orgId}, ${projectId}, ${facts.type}, ${facts.status}, ${facts.sequencingGroupIds}::text[],
      ${JSON.stringify(facts.outputs)}::json, ${facts.output}, ${JSON.stringify(facts.meta)}::json, ${facts.active},
      ${facts.author}, ${facts.timestampCompleted})
    returning id`.execute(trx)
  const [row] = rows
  if (row === undefined) throw new Error('The analysis was not inserted')
  return row.id
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

export async function findAnalysis(db: Db, orgId: number, id: number): Promise<AnalysisRow | undefined> {
  const { rows } = await sql<AnalysisRow>`
    select ${columns} from analysis a join project p on p.id = a.project_id
    where a.id = ${id} and a.org_id = ${orgId}`.execute(db)
  return rows[0]
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
