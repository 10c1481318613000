import type { Db, Trx } from '../db/client.ts'

export async function findProjectByName(
  db: Db,
  orgId: number,
  name: string,
): Promise<{ id: number } | undefined> {
  return await db
    .selectFrom('project')
    .select('id')
    .where('org_id', '=', orgId)
    .where('name', '=', name)
    .executeTakeFirst()
}

/** Makes the project where there is none; two at once end with one. */
export async function ensureProject(trx: Trx, orgId: number, name: string): Promise<number> {
  const standing = await findProjectByName(trx, orgId, name)
  if (standing) return standing.id
  await trx
    .insertInto('project')
    .values({ org_id: orgId, name })
    .onConflict((conflict) => conflict.columns(['org_id', 'name']).doNothing())
    .execute()
  const made = await trx
    .selectFrom('project')
    .select('id')
    .where('org_id', '=', orgId)
    .where('name', '=', name)
    .executeTakeFirstOrThrow()
  return made.id
}
