import type { ProjectPatch } from '../contract/project.ts'
import type { Db, Trx } from '../db/client.ts'
import type { PageOfRows } from '../lib/page.ts'

export async function listProjects(db: Db, orgId: number, page: PageOfRows) {
  return await db
    .selectFrom('project')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('id', '>', page.afterId)
    .orderBy('id')
    .limit(page.limit)
    .execute()
}
export type ProjectRow = Awaited<ReturnType<typeof listProjects>>[number]

export async function findProject(db: Db, orgId: number, id: number): Promise<ProjectRow | undefined> {
  return await db
    .selectFrom('project')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .executeTakeFirst()
}

export async function insertProject(
  trx: Trx,
  orgId: number,
  project: { name: string; description: string },
): Promise<ProjectRow> {
  return await trx
    .insertInto('project')
    .values({ org_id: orgId, ...project })
    .returningAll()
    .executeTakeFirstOrThrow()
}

export async function updateProject(
  trx: Trx,
  orgId: number,
  id: number,
  patch: ProjectPatch,
): Promise<ProjectRow | undefined> {
  return await trx
    .updateTable('project')
    .set(patch)
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()
}

export async function deleteProject(trx: Trx, orgId: number, id: number): Promise<void> {
  await trx.deleteFrom('project').where('org_id', '=', orgId).where('id', '=', id).execute()
}

/** Makes the project where there is none; two at once end with one. Nobody deletes it before this transaction ends. */
export async function ensureProject(trx: Trx, orgId: number, name: string): Promise<number> {
  for (;;) {
    const standing = await trx
      .selectFrom('project')
      .select('id')
      .where('org_id', '=', orgId)
      .where('name', '=', name)
      .forKeyShare()
      .executeTakeFirst()
    if (standing) return standing.id
    const made = await trx
      .insertInto('project')
      .values({ org_id: orgId, name })
      .onConflict((conflict) => conflict.columns(['org_id', 'name']).doNothing())
      .returning('id')
      .executeTakeFirst()
    if (made) return made.id
  }
}
