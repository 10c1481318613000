import { sql } from 'kysely'
import type { Trx } from '../db/client.ts'
import type { OrgRow } from './org-rows.repository.ts'

export async function insertProject(
  trx: Trx,
  orgId: number,
  project: { name: string; description: string },
): Promise<OrgRow<'project'>> {
  return await trx
    .insertInto('project')
    .values({ org_id: orgId, ...project })
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Makes the project where there is none; two at once end with one. Nobody deletes it before this transaction ends. */
export async function ensureProject(trx: Trx, orgId: number, name: string): Promise<number> {
  const id = (await ensureProjects(trx, orgId, [name])).get(name)
  if (id === undefined) throw new Error(`ensureProjects left out "${name}"`)
  return id
}

/** The same for several, each by its name. */
export async function ensureProjects(
  trx: Trx,
  orgId: number,
  names: readonly string[],
): Promise<Map<string, number>> {
  const wanted = [...new Set(names)].sort()
  for (;;) {
    const standing = await trx
      .selectFrom('project')
      .select(['id', 'name'])
      .where('org_id', '=', orgId)
      .where('name', '=', sql<string>`any(${wanted}::text[])`)
      .orderBy('name')
      .forKeyShare()
      .execute()
    const ids = new Map(standing.map((project) => [project.name, project.id]))
    const missing = wanted.filter((name) => !ids.has(name))
    if (missing.length === 0) return ids
    await trx
      .insertInto('project')
      .values(missing.map((name) => ({ org_id: orgId, name })))
      .onConflict((conflict) => conflict.columns(['org_id', 'name']).doNothing())
      .execute()
  }
}
