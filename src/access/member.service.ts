import type { Member, MemberInput, MemberPatch } from '../contract/member.ts'
import type { Db, Trx } from '../db/client.ts'
import { inTransaction } from '../db/transaction.ts'
import { AppError } from '../errors.ts'
import { writeOnce } from '../idempotency/write-once.ts'
import { wireTime } from '../lib/wire-time.ts'
import { recordAudit } from './audit.ts'
import type { Caller } from './caller.ts'
import { ifGiven, nameFault, refuseFaults, textFault } from './faults.ts'
import { hasOtherOwner, insertMember, lockMember } from './member.repository.ts'
import { lockOrg } from './org.repository.ts'
import { deleteOrgRow, findOrgRow, type OrgRow } from './org-rows.repository.ts'
import { notFound, type OrgRowKind, takenSentence, updateItem } from './org-rows.service.ts'
import { refuseRoleAbove } from './role.ts'
import { findToken, revokeTokensOf } from './token.repository.ts'
import { refuseInUse, refuseTaken } from './write-conflict.ts'

export const members: OrgRowKind<'member', Member> = {
  table: 'member',
  fromRow: (row) => ({
    id: row.id,
    name: row.name,
    email: row.email,
    role: row.role,
    created_at: wireTime(row.created_at),
  }),
}

export async function createMember(db: Db, caller: Caller, input: MemberInput): Promise<Member> {
  refuseMemberFaults(input)
  refuseRoleAbove(caller, input.role)
  const member = { name: input.name, email: input.email ?? null, role: input.role ?? 'submitter' }
  return await writeOnce(db, caller, async (trx) => {
    const row = await refuseTaken(
      takenSentence('member', input.name),
      insertMember(trx, caller.orgId, member),
    )
    await recordAudit(trx, caller, {
      action: 'member.create',
      subject: `member ${row.id}`,
      details: member,
    })
    return members.fromRow(row)
  })
}

export async function updateMember(db: Db, caller: Caller, id: number, patch: MemberPatch): Promise<Member> {
  refuseMemberFaults(patch)
  refuseRoleAbove(caller, patch.role)
  return await inTransaction(db, async (trx) => {
    await lockOrg(trx, caller.orgId)
    const standing = (await findOrgRow(trx, 'member', caller.orgId, id)) ?? notFound('member')
    if (patch.role !== undefined && patch.role !== 'owner') await refuseLastOwner(trx, standing)
    return await updateItem(trx, members, caller, id, patch)
  })
}

/** Revokes the member's tokens with it. */
export async function deleteMember(db: Db, caller: Caller, id: number): Promise<void> {
  await inTransaction(db, async (trx) => {
    await lockOrg(trx, caller.orgId)
    const standing = (await lockMember(trx, caller.orgId, id)) ?? notFound('member')
    await refuseLastOwner(trx, standing)
    const own = await findToken(trx, caller.orgId, caller.tokenId)
    if (own?.member_id === id) {
      throw new AppError('conflict', 'Nobody can remove themselves: this call would end its own token')
    }
    const revoked = await revokeTokensOf(trx, caller.orgId, id)
    await refuseInUse(`The member "${standing.name}"`, deleteOrgRow(trx, 'member', caller.orgId, id))
    await recordAudit(trx, caller, {
      action: 'member.delete',
      subject: `member ${id}`,
      details: { name: standing.name, revoked_token_ids: revoked },
    })
  })
}

async function refuseLastOwner(trx: Trx, member: OrgRow<'member'>): Promise<void> {
  if (member.role !== 'owner' || (await hasOtherOwner(trx, member.org_id, member.id))) return
  throw new AppError(
    'conflict',
    `"${member.name}" is the last owner of the org; give another member the role owner first`,
  )
}

function refuseMemberFaults({ name, email }: MemberPatch): void {
  refuseFaults({ name: ifGiven(name, nameFault), email: ifGiven(email, textFault) })
}
