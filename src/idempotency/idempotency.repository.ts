import { sql } from 'kysely'
import type { Db, Trx } from '../db/client.ts'

/**
 * True: the key is the transaction's. It waits for another transaction that has claimed the key; false when
 * that one committed, or the key was used in the last 24 hours.
 */
export async function claimKey(
  trx: Trx,
  claim: { tokenId: number; keyDigest: Buffer; contentDigest: Buffer },
): Promise<boolean> {
  const { rows } = await sql`
    insert into idempotency_key as k (token_id, key_digest, content_digest)
    values (${claim.tokenId}, ${claim.keyDigest}, ${claim.contentDigest})
    on conflict (token_id, key_digest) do update
      set content_digest = excluded.content_digest, sealed_answer = null, created_at = now()
      where k.created_at <= now() - interval '24 hours'
    returning 1`.execute(trx)
  return rows.length > 0
}

export async function keepAnswer(
  trx: Trx,
  kept: { tokenId: number; keyDigest: Buffer; answer: Buffer },
): Promise<void> {
  await trx
    .updateTable('idempotency_key')
    .set({ sealed_answer: kept.answer })
    .where('token_id', '=', kept.tokenId)
    .where('key_digest', '=', kept.keyDigest)
    .execute()
}

/** The row whose age `claimKey` let stand may be a moment over 24 hours by the time it is read. */
export async function findFirstAnswer(db: Db, tokenId: number, keyDigest: Buffer) {
  return await db
    .selectFrom('idempotency_key')
    .select(['content_digest', 'sealed_answer'])
    .where('token_id', '=', tokenId)
    .where('key_digest', '=', keyDigest)
    .where('created_at', '>', sql<Date>`now() - interval '24 hours'`)
    .executeTakeFirst()
}

export async function deleteOldKeys(db: Db): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('idempotency_key')
    .where('created_at', '<', sql<Date>`now() - interval '25 hours'`)
    .executeTakeFirst()
  return Number(numDeletedRows)
}
