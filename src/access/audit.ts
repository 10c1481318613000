import { sql } from 'kysely'
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

/** `action` is `noun.verb`; secrets never go into `details`. */
export interface AuditNote {
  action: string
  subject: string
  details?: object
}

/** Written in the transaction of the write that it tells of, so that neither stands without the other. */
export async function recordAudit(trx: Trx, actor: AuditActor, note: AuditNote): Promise<void> {
  await recordAudits(trx, [{ actor, ...note }])
}

export async function recordAudits(
  trx: Trx,
  notes: readonly (AuditNote & { actor: AuditActor })[],
): Promise<void> {
  await sql`
    insert into audit_entry (org_id, token_id, member_name, action, subject, details, address, request_id)
    select * from unnest(
      ${notes.map(({ actor }) => actor.orgId)}::int[], ${notes.map(({ actor }) => actor.tokenId)}::int[],
      ${notes.map(({ actor }) => actor.memberName)}::text[], ${notes.map(({ action }) => action)}::text[],
      ${notes.map(({ subject }) => subject)}::text[],
      ${notes.map(({ details = {} }) => JSON.stringify(details))}::json[],
      ${notes.map(({ actor }) => actor.address)}::text[], ${notes.map(({ actor }) => actor.requestId)}::text[]
    )`.execute(trx)
}
