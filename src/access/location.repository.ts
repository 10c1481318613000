import type { Db, Trx } from '../db/client.ts'
import type { OrgRow } from './org-rows.repository.ts'

export async function listLocationRoots(db: Db, orgId: number): Promise<string[]> {
  const rows = await db.selectFrom('location').select('root').where('org_id', '=', orgId).execute()
  return rows.map((row) => row.root)
}

export async function insertLocation(
  trx: Trx,
  orgId: number,
  location: { root: string; name: string },
): Promise<OrgRow<'location'>> {
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
