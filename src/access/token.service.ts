import type { Token, TokenInput, TokenMade, TokenPatch } from '../contract/token.ts'
import type { Db, Trx } from '../db/client.ts'
import { inTransaction } from '../db/transaction.ts'
import { AppError } from '../errors.ts'
import { writeOnce } from '../idempotency/write-once.ts'
import { type Page, type PageRequest, pageById } from '../lib/page.ts'
import { wireTime } from '../lib/wire-time.ts'
import { recordAudit } from './audit.ts'
import type { Caller } from './caller.ts'
import { ifGiven, nameFault, refuseFaults } from './faults.ts'
import { holdOrgRow } from './org-rows.repository.ts'
import { refuseRoleAbove } from './role.ts'
import * as tokens from './token.repository.ts'
import { makeToken } from './token.ts'

export async function listTokens(db: Db, { orgId }: Caller, query: PageRequest): Promise<Page<Token>> {
  return await pageById(query, (page) => tokens.listTokens(db, orgId, page), tokenFromRow)
}

export async function getToken(db: Db, { orgId }: Caller, id: number): Promise<Token> {
  return tokenFromRow((await tokens.findToken(db, orgId, id)) ?? notFound())
}

/** Bound to the maker's member unless `member_id` says otherwise, so that it ends when that member goes. */
export async function createToken(db: Db, caller: Caller, input: TokenInput): Promise<TokenMade> {
  refuseRoleAbove(caller, input.role)
  const token = makeToken()
  return await writeOnce(db, caller, async (trx) => {
    const memberId =
      input.member_id === undefined
        ? ((await tokens.findToken(trx, caller.orgId, caller.tokenId))?.member_id ?? null)
        : input.member_id
    refuseFaults({
      ...tokenFaults(input),
      member_id: await memberFault(trx, caller, memberId),
    })
    const id = await tokens.insertToken(trx, token, {
      orgId: caller.orgId,
      memberId,
      name: input.name,
      role: input.role ?? 'submitter',
      expiresAt: timeOf(input.expires_at) ?? null,
      kind: 'api',
    })
    const made = await getToken(trx, caller, id)
    await recordAudit(trx, caller, {
      action: 'token.create',
      subject: `token ${id}`,
      details: { name: made.name, role: made.role, member_id: memberId, expires_at: made.expires_at },
    })
    return { ...made, token }
  })
}

export async function updateToken(db: Db, caller: Caller, id: number, patch: TokenPatch): Promise<Token> {
  refuseFaults(tokenFaults(patch))
  refuseRoleAbove(caller, patch.role)
  if (Object.keys(patch).length === 0) return await getToken(db, caller, id)
  return await inTransaction(db, async (trx) => {
    const standing = (await tokens.findToken(trx, caller.orgId, id)) ?? notFound()
    refuseDeploymentToken(caller, standing)
    if (standing.revoked_at !== null) {
      throw new AppError('conflict', `The token "${standing.name}" is revoked; make a new one`)
    }
    const { expires_at, ...rest } = patch
    const expiresAt = timeOf(expires_at)
    await tokens.updateToken(trx, caller.orgId, id, {
      ...rest,
      ...(expiresAt === undefined ? {} : { expires_at: expiresAt }),
    })
    await recordAudit(trx, caller, { action: 'token.update', subject: `token ${id}`, details: patch })
    return await getToken(trx, caller, id)
  })
}

/** The row stays, for whoever asks later who did something; the next request with the token is refused. */
export async function revokeToken(db: Db, caller: Caller, id: number): Promise<void> {
  await inTransaction(db, async (trx) => {
    const standing = (await tokens.findToken(trx, caller.orgId, id)) ?? notFound()
    refuseDeploymentToken(caller, standing)
    if (!(await tokens.revokeToken(trx, caller.orgId, id))) return
    await recordAudit(trx, caller, {
      action: 'token.revoke',
      subject: `token ${id}`,
      details: { name: standing.name },
    })
  })
}

/** Only another deployment token may change one, so that one is always left to come in with. */
function refuseDeploymentToken(caller: Caller, token: tokens.TokenRow): void {
  if (!token.deployment) return
  if (!caller.deployment) {
    throw new AppError('forbidden', 'A deployment token can be changed or revoked only with another one')
  }
  if (token.id === caller.tokenId) {
    throw new AppError(
      'conflict',
      'This is the deployment token that makes the call; change or revoke it with another one',
    )
  }
}

function tokenFaults({ name, expires_at }: TokenPatch) {
  return {
    name: ifGiven(name, nameFault),
    expires_at: ifGiven(expires_at, (text) =>
      Date.parse(text) <= Date.now() ? `"${text}" is in the past` : null,
    ),
  }
}

async function memberFault(trx: Trx, caller: Caller, memberId: number | null): Promise<string | null> {
  if (memberId === null || (await holdOrgRow(trx, 'member', caller.orgId, { id: memberId }))) return null
  return `there is no member ${memberId}`
}

function timeOf(text: string | null | undefined): Date | null | undefined {
  return text === undefined || text === null ? text : new Date(text)
}

function notFound(): never {
  throw new AppError('not_found', 'Token not found')
}

function tokenFromRow(row: tokens.TokenRow): Token {
  return {
    ...row,
    created_at: wireTime(row.created_at),
    expires_at: wireTime(row.expires_at),
    last_used_at: wireTime(row.last_used_at),
    revoked_at: wireTime(row.revoked_at),
  }
}
