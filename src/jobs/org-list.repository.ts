import type { Db, Trx } from '../db/client.ts'

/** The lists that an org's owner keeps and a job chooses from. */
export type OrgList = 'priority' | 'engine' | 'solver_version'

export async function findInOrgList(
  db: Db,
  list: OrgList,
  orgId: number,
  by: { id: number } | { name: string },
): Promise<{ id: number; name: string } | undefined> {
  const query = db.selectFrom(list).select(['id', 'name']).where('org_id', '=', orgId)
  return await ('id' in by
    ? query.where('id', '=', by.id)
    : query.where('name', '=', by.name)
  ).executeTakeFirst()
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
