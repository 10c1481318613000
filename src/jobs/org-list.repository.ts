import { sql } from 'kysely'
import type { EngineKind } from '../contract/org-list.ts'
import type { Db, Trx } from '../db/client.ts'
import type { PageOfRows } from '../lib/page.ts'

/** The lists that an org's owner keeps and a job chooses from. Each is numbered within the org. */
export type OrgList = 'priority' | 'engine' | 'solver_version'

/** `kind` is of engines only. */
export interface OrgListRow {
  id: number
  name: string
  kind?: EngineKind
  created_at: Date
}

export interface OrgListPatch {
  name?: string
  kind?: EngineKind
}

/** Inside a transaction nobody deletes what was found until that ends. */
export async function findInOrgList(
  db: Db,
  list: OrgList,
  orgId: number,
  by: { id: number } | { name: string },
): Promise<OrgListRow | undefined> {
  const all = db.selectFrom(list).selectAll().where('org_id', '=', orgId)
  const query = db.isTransaction ? all.forKeyShare() : all
  return await ('id' in by
    ? query.where('id', '=', by.id)
    : query.where('name', '=', by.name)
  ).executeTakeFirst()
}

export async function listOrgList(
  db: Db,
  list: OrgList,
  orgId: number,
  page: PageOfRows,
): Promise<OrgListRow[]> {
  return await db
    .selectFrom(list)
    .selectAll()
    .where('org_id', '=', orgId)
    .where('id', '>', page.afterId)
    .orderBy('id')
    .limit(page.limit)
    .execute()
}

/** Takes the next number; the caller holds the org's lock, so that two at once take two. */
export async function insertInOrgList(
  trx: Trx,
  list: OrgList,
  orgId: number,
  fields: { name: string; kind?: EngineKind },
): Promise<OrgListRow> {
  return await trx
    .insertInto(list)
    .values({
      org_id: orgId,
      id: sql<number>`(select coalesce(max(id), 0) + 1 from ${sql.table(list)} where org_id = ${orgId})`,
      ...fields,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

export async function updateInOrgList(
  trx: Trx,
  list: OrgList,
  orgId: number,
  id: number,
  patch: OrgListPatch,
): Promise<OrgListRow | undefined> {
  return await trx
    .updateTable(list)
    .set(patch)
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()
}

export async function deleteFromOrgList(trx: Trx, list: OrgList, orgId: number, id: number): Promise<void> {
  await trx.deleteFrom(list).where('org_id', '=', orgId).where('id', '=', id).execute()
}

/** What every org begins with, so that a first job runs without a visit to the settings. */
export async function insertStartingLists(trx: Trx, orgId: number): Promise<void> {
  const rows = (names: string[]) => names.map((name, index) => ({ org_id: orgId, id: index + 1, name }))
  await trx
    .insertInto('priority')
    .values(rows(['normal', 'high', 'low']))
    .execute()
  await trx
    .insertInto('engine')
    .values(rows(['local']))
    .execute()
  await trx
    .insertInto('solver_version')
    .values(rows(['7.3.5']))
    .execute()
}
