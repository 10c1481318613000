import type { Role } from '../contract/access.ts'
import type { Db, Trx } from '../db/client.ts'
import type { OrgRow } from './org-rows.repository.ts'

export type MemberRow = OrgRow<'member'>

/** A token that is being made for the member waits until this transaction has ended. */
export async function lockMember(trx: Trx, orgId: number, id: number): Promise<MemberRow | undefined> {
  return await trx
    .selectFrom('member')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
}

/** The one who has been an owner for longest. */
export async function findFirstOwner(db: Db, orgId: number): Promise<MemberRow | undefined> {
  return await db
    .selectFrom('member')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('role', '=', 'owner')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst()
}

export async function hasOtherOwner(trx: Trx, orgId: number, exceptId: number): Promise<boolean> {
  const other = await trx
    .selectFrom('member')
    .select('id')
    .where('org_id', '=', orgId)
    .where('role', '=', 'owner')
    .where('id', '!=', exceptId)
    .limit(1)
    .executeTakeFirst()
  return other !== undefined
}

export async function insertMember(
  trx: Trx,
  orgId: number,
  member: { name: string; email: string | null; role: Role },
): Promise<MemberRow> {
  return await trx
    .insertInto('member')
    .values({ org_id: orgId, ...member })
    .returningAll()
    .executeTakeFirstOrThrow()
}
