import { sql } from 'kysely'
import type { Role } from '../contract/access.ts'
import type { Db } from '../db/client.ts'
import { tokenDigest } from './token.ts'

export interface LiveToken {
  id: number
  org_id: number
  role: Role
  deployment: boolean
  member_name: string | null
  last_used_at: Date | null
}

/** Unknown, expired and revoked tokens are alike: not there. The member's role caps the token's. */
export async function findLiveToken(db: Db, token: string): Promise<LiveToken | undefined> {
  const { rows } = await sql<LiveToken>`
    select t.id, t.org_id, t.deployment, m.name as member_name, t.last_used_at, t.role
    from token t left join member m on m.id = t.member_id
    where t.digest = ${tokenDigest(token)} and t.revoked_at is null
      and (t.expires_at is null or t.expires_at > now())`.execute(db)
  return rows[0]
}
