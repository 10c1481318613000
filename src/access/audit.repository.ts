import { sql } from 'kysely'
import type { Db } from '../db/client.ts'

export interface AuditFilter {
  action: string | null
  tokenId: number | null
  since: Date | null
  until: Date | null
  /** The entry that the page before this one ended with. */
  beforeId: number | null
  limit: number
}

/** Newest first; entries of one moment in the order of their ids. */
export async function listAuditEntries(db: Db, orgId: number, filter: AuditFilter) {
  let query = db
    .selectFrom('audit_entry as entry')
    .leftJoin('token', (join) =>
      join.onRef('token.id', '=', 'entry.token_id').onRef('token.org_id', '=', 'entry.org_id'),
    )
    .selectAll('entry')
    .select('token.name as token_name')
    .where('entry.org_id', '=', orgId)
    .orderBy('entry.at', 'desc')
    .orderBy('entry.id', 'desc')
    .limit(filter.limit)
  if (filter.action !== null) query = query.where('entry.action', '=', filter.action)
  if (filter.tokenId !== null) query = query.where('entry.token_id', '=', filter.tokenId)
  if (filter.since !== null) query = query.where('entry.at', '>=', filter.since)
  if (filter.until !== null) query = query.where('entry.at', '<', filter.until)
  if (filter.beforeId !== null) {
    query = query.where(
      sql<boolean>`(entry.at, entry.id) < (
        (select at from audit_entry where org_id = ${orgId} and id = ${filter.beforeId}),
        ${filter.beforeId})`,
    )
  }
  return await query.execute()
}
export type AuditRow = Awaited<ReturnType<typeof listAuditEntries>>[number]
