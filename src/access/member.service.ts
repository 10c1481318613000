import type { Member, MemberInput, MemberPatch } from '../contract/member.ts'
import type { Db, Trx } from '../db/client.ts'
import { inTransaction } from '../db/transaction.ts'
import { AppError } from '../errors.ts'
import { writeOnce } from '../idempotency/write-once.ts'
import { type Page, type PageRequest, pageById } from '../lib/page.ts'
import { wireTime } from '../lib/wire-time.ts'
import { recordAudit } from './audit.ts'
import type { Caller } from './caller.ts'
import { ifGiven, nameFault, refuseFaults, textFault } from './faults.ts'
import * as members from './member.repository.ts'
import { lockOrg } from './org.repository.ts'
import { refuseRoleAbove } from './role.ts'
import { findToken, revokeTokensOf } from './token.repository.ts'
import { refuseInUse, refuseTaken } from './write-conflict.ts'

export async function listMembers(db: Db, { orgId }: Caller, query: PageRequest): Promise<Page<Member>> {
  return await pageById(query, (page) => members.listMembers(db, orgId, page), memberFromRow)
}

export async function getMember(db: Db, { orgId }: Caller, id: number): Promise<Member> {
  return memberFromRow((await members.findMember(db, orgId, id)) ?? notFound())
}

export async function createMember(db: Db, caller: Caller, input: MemberInput): Promise<Member> {
  refuseMemberFaults(input)
  refuseRoleAbove(caller, input.role)
  const member = { name: input.name, email: input.email ?? null, role: input.role ?? 'submitter' }
  return await writeOnce(db, caller, async (trx) => {
    const row = await refuseTaken(taken(input.name), members.insertMember(trx, caller.orgId, member))
    await recordAudit(trx, caller, {
      action: 'member.create',
      subject: `member ${row.id}`,
      details: member,
    })
    return memberFromRow(row)
  })
}

export async function updateMember(db: Db, caller: Caller, id: number, patch: MemberPatch): Promise<Member> {
  refuseMemberFaults(patch)
  refuseRoleAbove(caller, patch.role)
  if (Object.keys(patch).length === 0) return await getMember(db, caller, id)
  return await inTransaction(db, async (trx) => {
    await lockOrg(trx, caller.orgId)
    const standing = (await members.findMember(trx, caller.orgId, id)) ?? notFound()
    if (patch.role !== undefined && patch.role !== 'owner') await refuseLastOwner(trx, standing)
    const update = members.updateMember(trx, caller.orgId, id, patch)
    const row = (await refuseTaken(taken(patch.name), update)) ?? notFound()
    await recordAudit(trx, caller, { action: 'member.update', subject: `member ${id}`, details: patch })
    return memberFromRow(row)
  })
}

/** Revokes the member's tokens with it. */
export async function deleteMember(db: Db, caller: Caller, id: number): Promise<void> {
  await inTransaction(db, async (trx) => {
    await lockOrg(trx, caller.orgId)
    const standing = (await members.lockMember(trx, caller.orgId, id)) ?? notFound()
    await refuseLastOwner(trx, standing)
    const own = await findToken(trx, caller.orgId, caller.tokenId)
    if (own?.member_id === id) {
      throw new AppError('conflict', 'Nobody can remove themselves: this call would end its own token')
    }
    const revoked = await revokeTokensOf(trx, caller.orgId, id)
    await refuseInUse(`The member "${standing.name}"`, members.deleteMember(trx, caller.orgId, id))
    await recordAudit(trx, caller, {
      action: 'member.delete',
      subject: `member ${id}`,
      details: { name: standing.name, revoked_token_ids: revoked },
    })
  })
}

async function refuseLastOwner(trx: Trx, member: members.MemberRow): Promise<void> {
  if (member.role !== 'owner' || (await members.hasOtherOwner(trx, member.org_id, member.id))) return
  throw new AppError(
    'conflict',
    `"${member.name}" is the last owner of the org; give another member the role owner first`,
  )
}

function refuseMemberFaults({ name, email }: MemberPatch): void {
  refuseFaults({ name: ifGiven(name, nameFault), email: ifGiven(email, textFault) })
}

function taken(name: string | undefined): string {
  return `There is a member "${name}" already`
}

function notFound(): never {
  throw new AppError('not_found', 'Member not found')
}

function memberFromRow(row: members.MemberRow): Member {
  return {
    id: row.id,
    name: row.name,
    email: row.email,
    role: row.role,
    created_at: wireTime(row.created_at),
  }
}
