import type { AuditEntry, AuditQuery } from '../contract/audit.ts'
import type { Db } from '../db/client.ts'
import { idFromCursor, type Page, pageFromRows } from '../lib/page.ts'
import { wireTime } from '../lib/wire-time.ts'
import { type AuditRow, listAuditEntries } from './audit.repository.ts'
import type { Caller } from './caller.ts'

export async function listAudit(db: Db, caller: Caller, query: AuditQuery): Promise<Page<AuditEntry>> {
  const rows = await listAuditEntries(db, caller.orgId, {
    action: query.action ?? null,
    tokenId: query.token_id ?? null,
    since: timeOf(query.since),
    until: timeOf(query.until),
    beforeId: idFromCursor(query.cursor, Number.MAX_SAFE_INTEGER),
    limit: query.limit + 1,
  })
  return pageFromRows(rows, query.limit, auditFromRow)
}

function timeOf(text: string | undefined): Date | null {
  return text === undefined ? null : new Date(text)
}

function auditFromRow(row: AuditRow): AuditEntry {
  return {
    id: row.id,
    at: wireTime(row.at),
    action: row.action,
    subject: row.subject,
    details: row.details,
    token_id: row.token_id,
    token_name: row.token_name,
    member_name: row.member_name,
    address: row.address,
    request_id: row.request_id,
  }
}
