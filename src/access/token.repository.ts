import { sql } from 'kysely'
import type { Role } from '../contract/access.ts'
import type { TokenPatch } from '../contract/token.ts'
import type { Db, Trx } from '../db/client.ts'
import type { PageOfRows } from '../lib/page.ts'
import { lowerRole } from './role.ts'
import { tokenDigest, tokenPrefix } from './token.ts'

export interface LiveToken {
  id: number
  org_id: number
  org_slug: string
  role: Role
  deployment: boolean
  session: boolean
  member_name: string | null
  last_used_at: Date | null
}

/** Unknown, expired and revoked tokens are alike: not there. The member's role caps the token's. */
export async function findLiveToken(db: Db, token: string): Promise<LiveToken | undefined> {
  return (await findLiveTokens(db, [token]))[0]
}

/** The same for several, one answer for each. */
export async function findLiveTokens(db: Db, tokens: readonly string[]): Promise<(LiveToken | undefined)[]> {
  // The digest of 256 random bits is looked up, not compared: how long that takes tells nothing of the token.
  const { rows } = await sql<LiveToken & { position: number; member_role: Role | null }>`
    select wanted.position, t.id, t.org_id, o.slug as org_slug, t.role, t.deployment, t.session, t.last_used_at,
      m.name as member_name, m.role as member_role
    from unnest(${tokens.map(tokenDigest)}::bytea[]) with ordinality as wanted (digest, position)
    cross join lateral (
      select * from token
      where digest = wanted.digest and revoked_at is null and (expires_at is null or expires_at > now()) offset 0
    ) t
    cross join lateral (select slug from org where id = t.org_id offset 0) o
    left join lateral (select name, role from member where id = t.member_id offset 0) m on true`.execute(db)
  const byPosition = new Map(rows.map((row) => [row.position, row]))
  return tokens.map((_, index) => {
    const row = byPosition.get(index + 1)
    if (row === undefined) return undefined
    const { member_role, position, ...live } = row
    return member_role === null ? live : { ...live, role: lowerRole(live.role, member_role) }
  })
}

function selectTokens(db: Db, orgId: number) {
  return db
    .selectFrom('token')
    .leftJoin('member', 'member.id', 'token.member_id')
    .select([
      'token.id',
      'token.name',
      'token.role',
      'token.member_id',
      'member.name as member_name',
      'token.deployment',
      'token.session',
      'token.prefix',
      'token.created_at',
      'token.expires_at',
      'token.last_used_at',
      'token.revoked_at',
    ])
    .where('token.org_id', '=', orgId)
}

export async function listTokens(db: Db, orgId: number, page: PageOfRows) {
  return await selectTokens(db, orgId)
    .where('token.id', '>', page.afterId)
    .orderBy('token.id')
    .limit(page.limit)
    .execute()
}
export type TokenRow = Awaited<ReturnType<typeof listTokens>>[number]

export async function findToken(db: Db, orgId: number, id: number): Promise<TokenRow | undefined> {
  return await selectTokens(db, orgId).where('token.id', '=', id).executeTakeFirst()
}

export interface NewToken {
  orgId: number
  memberId: number | null
  name: string
  role: Role
  expiresAt: Date | null
  kind: 'api' | 'session' | 'deployment'
}

export async function insertToken(trx: Trx, token: string, fields: NewToken): Promise<number> {
  const { id } = await trx
    .insertInto('token')
    .values({
      org_id: fields.orgId,
      member_id: fields.memberId,
      name: fields.name,
      role: fields.role,
      deployment: fields.kind === 'deployment',
      session: fields.kind === 'session',
      digest: tokenDigest(token),
      prefix: tokenPrefix(token),
      expires_at: fields.expiresAt,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

export async function updateToken(
  trx: Trx,
  orgId: number,
  id: number,
  { expires_at, ...patch }: Omit<TokenPatch, 'expires_at'> & { expires_at?: Date | null },
): Promise<void> {
  await trx
    .updateTable('token')
    .set(expires_at === undefined ? patch : { ...patch, expires_at })
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .execute()
}

/** False where it was revoked before. */
export async function revokeToken(trx: Trx, orgId: number, id: number): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('token')
    .set({ revoked_at: sql<Date>`now()` })
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

export async function revokeTokensOf(trx: Trx, orgId: number, memberId: number): Promise<number[]> {
  const rows = await trx
    .updateTable('token')
    .set({ revoked_at: sql<Date>`now()` })
    .where('org_id', '=', orgId)
    .where('member_id', '=', memberId)
    .where('revoked_at', 'is', null)
    .returning('id')
    .execute()
  return rows.map((row) => row.id)
}

export async function updateLastUses(db: Db, tokenIds: number[]): Promise<void> {
  // Locked in one order, so that two servers writing the same tokens do not deadlock.
  await sql`
    with used as (
      select id from token where id = any(${tokenIds}::int[]) order by id for no key update)
    update token set last_used_at = now() from used where token.id = used.id`.execute(db)
}
