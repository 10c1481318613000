import type { Db, Trx } from '../db/client.ts'
import type { PageOfRows } from '../lib/page.ts'

export async function listLocationRoots(db: Db, orgId: number): Promise<string[]> {
  const rows = await db.selectFrom('location').select('root').where('org_id', '=', orgId).execute()
  return rows.map((row) => row.root)
}

export async function listLocations(db: Db, orgId: number, page: PageOfRows) {
  return await db
    .selectFrom('location')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('id', '>', page.afterId)
    .orderBy('id')
    .limit(page.limit)
    .execute()
}
export type LocationRow = Awaited<ReturnType<typeof listLocations>>[number]

export async function findLocation(db: Db, orgId: number, id: number): Promise<LocationRow | undefined> {
  return await db
    .selectFrom('location')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .executeTakeFirst()
}

export async function insertLocation(
  trx: Trx,
  orgId: number,
  location: { root: string; name: string },
): Promise<LocationRow> {
  return await trx
    .insertInto('location')
    .values({ org_id: orgId, ...location })
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Adds the roots that are not there yet. */
export async function ensureLocations(trx: Trx, orgId: number, roots: readonly string[]): Promise<void> {
  if (roots.length === 0) return
  await trx
    .insertInto('location')
    .values(roots.map((root) => ({ org_id: orgId, root, name: root })))
    .onConflict((conflict) => conflict.columns(['org_id', 'root']).doNothing())
    .execute()
}

export async function renameLocation(
  trx: Trx,
  orgId: number,
  id: number,
  name: string,
): Promise<LocationRow | undefined> {
  return await trx
    .updateTable('location')
    .set({ name })
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()
}

export async function deleteLocation(trx: Trx, orgId: number, id: number): Promise<void> {
  await trx.deleteFrom('location').where('org_id', '=', orgId).where('id', '=', id).execute()
}
