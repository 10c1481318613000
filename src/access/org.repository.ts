import type { Db, Trx } from '../db/client.ts'
import type { PageOfRows } from '../lib/page.ts'

export async function listOrgs(db: Db, page: PageOfRows) {
  return await db
    .selectFrom('org')
    .selectAll()
    .where('id', '>', page.afterId)
    .orderBy('id')
    .limit(page.limit)
    .execute()
}
export type OrgRow = Awaited<ReturnType<typeof listOrgs>>[number]

export async function findOrg(db: Db, id: number): Promise<OrgRow | undefined> {
  return await db.selectFrom('org').selectAll().where('id', '=', id).executeTakeFirst()
}

export async function findOrgBySlug(db: Db, slug: string): Promise<OrgRow | undefined> {
  return await db.selectFrom('org').selectAll().where('slug', '=', slug).executeTakeFirst()
}

export async function insertOrg(trx: Trx, org: { slug: string; name: string }): Promise<OrgRow> {
  return await trx.insertInto('org').values(org).returningAll().executeTakeFirstOrThrow()
}

/** Writes that hold for the org as a whole (its last owner, the next number of a list) come one after another. */
export async function lockOrg(trx: Trx, orgId: number): Promise<void> {
  // Not `for update`: that would wait for every write that refers to the org.
  await trx.selectFrom('org').select('id').where('id', '=', orgId).forNoKeyUpdate().executeTakeFirstOrThrow()
}
