import type { Trx } from '../db/client.ts'
import type { Caller } from './caller.ts'

/** Written in the transaction of the write that it tells of, so that neither stands without the other. */
export async function recordAudit(
  trx: Trx,
  caller: Caller,
  entry: { action: string; subject: string; details?: object },
): Promise<void> {
  await trx
    .insertInto('audit_entry')
    .values({
      org_id: caller.orgId,
      token_id: caller.tokenId,
      member_name: caller.memberName,
      action: entry.action,
      subject: entry.subject,
      details: JSON.stringify(entry.details ?? {}),
      address: caller.address,
      request_id: caller.requestId,
    })
    .execute()
}
