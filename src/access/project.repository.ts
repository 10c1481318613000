import type { Trx } from '../db/client.ts'
import { holdOrgRow, type OrgRow } from './org-rows.repository.ts'

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
  for (;;) {
    const standing = await holdOrgRow(trx, 'project', orgId, { name })
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
