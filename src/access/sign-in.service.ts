import type { SignInLinkInput } from '../contract/sign-in.ts'
import type { Db, Trx } from '../db/client.ts'
import { inTransaction } from '../db/transaction.ts'
import { AppError } from '../errors.ts'
import { type AuditActor, recordAudit } from './audit.ts'
import type { Caller } from './caller.ts'
import { findFirstOwner, type MemberRow } from './member.repository.ts'
import { holdOrgRow } from './org-rows.repository.ts'
import { insertSignInCode, takeSignInCode } from './sign-in.repository.ts'
import { findToken, insertToken, revokeToken } from './token.repository.ts'
import { makeSignInCode, makeToken } from './token.ts'

const codeLivesMs = 15 * 60 * 1000
export const sessionLivesSeconds = 12 * 60 * 60

export interface SignInCode {
  code: string
  memberId: number
  expiresAt: Date
}

/** For the member who asks, or for the one named; an unbound token asks for the org's first owner. */
export async function createSignInCode(db: Db, caller: Caller, input: SignInLinkInput): Promise<SignInCode> {
  return await inTransaction(db, async (trx) => {
    const own = (await findToken(trx, caller.orgId, caller.tokenId))?.member_id
    const wanted = input.member_id ?? own ?? undefined
    const member =
      wanted === undefined
        ? await findFirstOwner(trx, caller.orgId)
        : await holdOrgRow(trx, 'member', caller.orgId, { id: wanted })
    if (member === undefined) {
      const message = wanted === undefined ? 'is required' : `there is no member ${wanted}`
      throw new AppError('invalid', `member_id ${message}`, { details: [{ field: 'member_id', message }] })
    }
    return await insertCodeFor(trx, caller, member)
  })
}

export async function insertCodeFor(trx: Trx, actor: AuditActor, member: MemberRow): Promise<SignInCode> {
  const made = {
    code: makeSignInCode(),
    memberId: member.id,
    expiresAt: new Date(Date.now() + codeLivesMs),
  }
  await insertSignInCode(trx, made.code, { orgId: member.org_id, ...made })
  await recordAudit(trx, actor, {
    action: 'sign_in_link.create',
    subject: `member ${member.id}`,
    details: { name: member.name },
  })
  return made
}

/** Answers the token that the browser's cookie is to hold. A code works once. */
export async function signIn(
  db: Db,
  code: string,
  from: { address: string | null; requestId: string | null },
): Promise<string> {
  const token = makeToken()
  await inTransaction(db, async (trx) => {
    const member = await takeSignInCode(trx, code)
    if (member === undefined) {
      throw new AppError(
        'unauthorized',
        'This sign-in link was used before, is older than 15 minutes, or never was one; ask for a new one',
      )
    }
    const tokenId = await insertToken(trx, token, {
      orgId: member.org_id,
      memberId: member.id,
      name: 'browser session',
      role: member.role,
      expiresAt: new Date(Date.now() + sessionLivesSeconds * 1000),
      kind: 'session',
    })
    await recordAudit(
      trx,
      { orgId: member.org_id, tokenId, memberName: member.name, ...from },
      { action: 'session.start', subject: `member ${member.id}` },
    )
  })
  return token
}

/** Ends the browser session that makes the call. */
export async function signOut(db: Db, caller: Caller): Promise<void> {
  await inTransaction(db, async (trx) => {
    const token = await findToken(trx, caller.orgId, caller.tokenId)
    if (token?.session !== true) {
      throw new AppError(
        'conflict',
        `Only a browser session can sign out; revoke this token with DELETE /api/v1/tokens/${caller.tokenId}`,
      )
    }
    if (!(await revokeToken(trx, caller.orgId, caller.tokenId))) return
    await recordAudit(trx, caller, { action: 'session.end', subject: `token ${caller.tokenId}` })
  })
}
