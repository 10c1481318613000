import { type Selectable, sql } from 'kysely'
import type { Db, Trx } from '../db/client.ts'
import type { PageOfRows } from '../lib/page.ts'
import type { WorkflowDefinition, WorkflowTable } from './workflow.table.ts'

export type WorkflowKey = { id: number } | { slug: string }
export type WorkflowFacts = Pick<WorkflowTable, 'slug' | 'name' | 'description'>

/** With the definition of its version. */
export type WorkflowRow = Omit<Selectable<WorkflowTable>, 'org_id' | 'deleted_at' | 'slug_key'> & {
  definition: WorkflowDefinition
}

const columns = sql`w.id, w.slug, w.name, w.description, w.version, w.created_at, w.updated_at`
/** One look-up by the primary key for each workflow `w`, however the planner would join. */
const definitionOfEach = sql`cross join lateral (
  select definition from workflow_version where workflow_id = w.id and version = w.version offset 0
) v`

export async function insertWorkflow(
  trx: Trx,
  orgId: number,
  facts: WorkflowFacts,
  definition: WorkflowDefinition,
): Promise<WorkflowRow> {
  const row = await trx
    .insertInto('workflow')
    .values({ org_id: orgId, ...facts })
    .returning(['id', 'slug', 'name', 'description', 'version', 'created_at', 'updated_at'])
    .executeTakeFirstOrThrow()
  await insertVersion(trx, row, definition)
  return { ...row, definition }
}

export async function findWorkflow(
  db: Db,
  orgId: number,
  key: WorkflowKey,
): Promise<WorkflowRow | undefined> {
  const { rows } = await sql<WorkflowRow>`
    select ${columns}, v.definition from workflow w ${definitionOfEach}
    where ${isAt(orgId, key)}`.execute(db)
  return rows[0]
}

/** Nobody else changes it until this transaction has ended. */
export async function lockWorkflow(
  trx: Trx,
  orgId: number,
  key: WorkflowKey,
): Promise<WorkflowRow | undefined> {
  const { rows } = await sql<Omit<WorkflowRow, 'definition'>>`
    select ${columns} from workflow w
    where ${isAt(orgId, key)} for no key update`.execute(trx)
  const [row] = rows
  if (row === undefined) return undefined
  // Asked for apart: a statement that waited for the lock would see the row anew, and what it joins as it was before.
  const definition = await findDefinition(trx, orgId, row.id, row.version)
  return definition && { ...row, definition }
}

/** Of any version there ever was, also of a workflow that is deleted. */
export async function findDefinition(
  db: Db,
  orgId: number,
  workflowId: number,
  version: number,
): Promise<WorkflowDefinition | undefined> {
  const { rows } = await sql<{ definition: WorkflowDefinition }>`
    select v.definition from workflow w
    cross join lateral (
      select definition from workflow_version where workflow_id = w.id and version = ${version} offset 0
    ) v
    where w.id = ${workflowId} and w.org_id = ${orgId}`.execute(db)
  return rows[0]?.definition
}

export async function listWorkflows(db: Db, orgId: number, page: PageOfRows): Promise<WorkflowRow[]> {
  const { rows } = await sql<WorkflowRow>`
    select ${columns}, v.definition from (
      select * from workflow where org_id = ${orgId} and id > ${page.afterId} and deleted_at is null
      order by id limit ${page.limit}
    ) w ${definitionOfEach}
    order by w.id`.execute(db)
  return rows
}

/** Of these slugs those that a workflow of the org has. */
export async function findTakenSlugs(db: Db, orgId: number, slugs: string[]): Promise<Set<string>> {
  const { rows } = await sql<{ slug: string }>`
    select slug from workflow
    where slug_key = any(${slugs.map((slug) => slugKey(orgId, slug))}::text[])`.execute(db)
  return new Set(rows.map((row) => row.slug))
}

/** The caller holds the workflow's lock. A definition makes a new version. */
export async function updateWorkflow(
  trx: Trx,
  orgId: number,
  id: number,
  facts: WorkflowFacts,
  definition: WorkflowDefinition | null,
): Promise<Omit<WorkflowRow, 'definition'>> {
  const row = await trx
    .updateTable('workflow')
    .set((eb) => ({
      ...facts,
      version: eb('version', '+', definition === null ? 0 : 1),
      updated_at: sql`now()`,
    }))
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .returning(['id', 'slug', 'name', 'description', 'version', 'created_at', 'updated_at'])
    .executeTakeFirstOrThrow()
  if (definition !== null) await insertVersion(trx, row, definition)
  return row
}

/** Its versions stay for the runs that pinned them. */
export async function deleteWorkflow(trx: Trx, orgId: number, id: number): Promise<void> {
  await trx
    .updateTable('workflow')
    .set({ deleted_at: sql`now()` })
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .execute()
}

async function insertVersion(
  trx: Trx,
  { id, version }: { id: number; version: number },
  definition: WorkflowDefinition,
): Promise<void> {
  await trx
    .insertInto('workflow_version')
    .values({ workflow_id: id, version, definition: JSON.stringify(definition) })
    .execute()
}

/** Of those that are not deleted. */
function isAt(orgId: number, key: WorkflowKey) {
  return 'id' in key
    ? sql`w.org_id = ${orgId} and w.id = ${key.id} and w.deleted_at is null`
    : sql`w.slug_key = ${slugKey(orgId, key.slug)}`
}

function slugKey(orgId: number, slug: string): string {
  return `${orgId}/${slug}`
}
