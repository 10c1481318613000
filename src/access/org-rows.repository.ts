import type { Kysely, Selectable, Updateable } from 'kysely'
import type { Db, Trx } from '../db/client.ts'
import type { Schema } from '../db/schema.ts'
import type { PageOfRows } from '../lib/page.ts'

/** Tables of named things that an org keeps: what is asked of one of them is asked of all alike. */
export type OrgRowTable = 'project' | 'member' | 'location' | 'priority' | 'engine' | 'solver_version'
interface NamedRow {
  id: number
  org_id: number
  name: string
}
export type OrgRow<T extends OrgRowTable> = Selectable<Schema[T]> & NamedRow

export async function listOrgRows<T extends OrgRowTable>(
  db: Db,
  table: T,
  orgId: number,
  page: PageOfRows,
): Promise<OrgRow<T>[]> {
  const rows = await rowsOf(db, table, orgId)
    .where('id', '>', page.afterId)
    .orderBy('id')
    .limit(page.limit)
    .execute()
  return rows as OrgRow<T>[]
}

export async function findOrgRow<T extends OrgRowTable>(
  db: Db,
  table: T,
  orgId: number,
  id: number,
): Promise<OrgRow<T> | undefined> {
  const row = await rowsOf(db, table, orgId).where('id', '=', id).executeTakeFirst()
  return row as OrgRow<T> | undefined
}

/** Found, and kept from being deleted until this transaction has ended. */
export async function holdOrgRow<T extends OrgRowTable>(
  trx: Trx,
  table: T,
  orgId: number,
  by: { id: number } | { name: string },
): Promise<OrgRow<T> | undefined> {
  const rows = rowsOf(trx, table, orgId)
  const one = 'id' in by ? rows.where('id', '=', by.id) : rows.where('name', '=', by.name)
  return (await one.forKeyShare().executeTakeFirst()) as OrgRow<T> | undefined
}

export async function updateOrgRow<T extends OrgRowTable>(
  trx: Trx,
  table: T,
  orgId: number,
  id: number,
  patch: Updateable<Schema[T]>,
): Promise<OrgRow<T> | undefined> {
  const row = await alike(trx)
    .updateTable(table as OrgRowTable)
    .set(patch)
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()
  return row as OrgRow<T> | undefined
}

export async function deleteOrgRow(trx: Trx, table: OrgRowTable, orgId: number, id: number): Promise<void> {
  await alike(trx).deleteFrom(table).where('org_id', '=', orgId).where('id', '=', id).execute()
}

function rowsOf(db: Db, table: OrgRowTable, orgId: number) {
  return alike(db).selectFrom(table).selectAll().where('org_id', '=', orgId)
}

/** Kysely types a query by one table; here it knows what all of them have. */
function alike(db: Db) {
  return db as unknown as Kysely<Record<OrgRowTable, NamedRow>>
}
