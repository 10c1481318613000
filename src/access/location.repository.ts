import { sql } from 'kysely'
import type { Db, Trx } from '../db/client.ts'
import type { OrgRow } from './org-rows.repository.ts'

export async function listLocationRoots(db: Db, orgId: number): Promise<string[]> {
  return (await listRootsOfOrgs(db, [orgId]))[0] ?? []
}

/** One list for each of the orgs. */
export async function listRootsOfOrgs(db: Db, orgIds: readonly number[]): Promise<string[][]> {
  const ids = [...new Set(orgIds)]
  const { rows } = await sql<{ org_id: number; root: string }>`
    select org_id, root from location where org_id = any((select ${ids}::int[])::int[])`.execute(db)
  return orgIds.map((orgId) => rows.filter((row) => row.org_id === orgId).map((row) => row.root))
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
