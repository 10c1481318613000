import { sql } from 'kysely'
import type { Trx } from '../db/client.ts'
import type { MemberRow } from './member.repository.ts'
import { tokenDigest } from './token.ts'

export async function insertSignInCode(
  trx: Trx,
  code: string,
  fields: { orgId: number; memberId: number; expiresAt: Date },
): Promise<void> {
  await trx.deleteFrom('sign_in_code').where('expires_at', '<', sql<Date>`now()`).execute()
  await trx
    .insertInto('sign_in_code')
    .values({
      digest: tokenDigest(code),
      org_id: fields.orgId,
      member_id: fields.memberId,
      expires_at: fields.expiresAt,
    })
    .execute()
}

/** Takes the code away and answers whose it was; of two at once only one gets it. Unknown and expired are alike. */
export async function takeSignInCode(trx: Trx, code: string): Promise<MemberRow | undefined> {
  const taken = await trx
    .deleteFrom('sign_in_code')
    .where('digest', '=', tokenDigest(code))
    .where('expires_at', '>', sql<Date>`now()`)
    .returning('member_id')
    .executeTakeFirst()
  if (taken === undefined) return undefined
  return await trx.selectFrom('member').selectAll().where('id', '=', taken.member_id).executeTakeFirst()
}
