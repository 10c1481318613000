import { sql } from 'kysely'
import type { OrgRow } from '../access/org-rows.repository.ts'
import type { EngineKind } from '../contract/org-list.ts'
import type { Trx } from '../db/client.ts'

/** The lists that an org's owner keeps and a job chooses from. Each is numbered within the org. */
export type OrgList = 'priority' | 'engine' | 'solver_version'

/** Takes the next number; the caller holds the org's lock, so that two at once take two. */
export async function insertInOrgList(
  trx: Trx,
  list: OrgList,
  orgId: number,
  fields: { name: string; kind?: EngineKind },
): Promise<OrgRow<OrgList>> {
  return await trx
    .insertInto(list)
    .values({
      org_id: orgId,
      id: sql<number>`(select coalesce(max(id), 0) + 1 from ${sql.table(list)} where org_id = ${orgId})`,
      ...fields,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
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
