import type { Trx } from '../db/client.ts'
import type { Caller } from './caller.ts'

/** The caller of a request, or (without a token) Waybill itself. */
export type AuditActor = Pick<Caller, 'orgId' | 'memberName' | 'address' | 'requestId'> & {
  tokenId: number | null
}

/** What Waybill does by itself, such as at its start. */
export function systemActor(orgId: number): AuditActor {
  return { orgId, tokenId: null, memberName: null, address: null, requestId: null }
}

/**
 * Written in the transaction of the write that it tells of, so that neither stands without the other.
 * `action` is `noun.verb`; secrets never go into `details`.
 */
export async function recordAudit(
  trx: Trx,
  actor: AuditActor,
  entry: { action: string; subject: string; details?: object },
): Promise<void> {
  await trx
    .insertInto('audit_entry')
    .values({
      org_id: actor.orgId,
      token_id: actor.tokenId,
      member_name: actor.memberName,
      action: entry.action,
      subject: entry.subject,
      details: JSON.stringify(entry.details ?? {}),
      address: actor.address,
      request_id: actor.requestId,
    })
    .execute()
}
