import { sql } from 'kysely'
import type { AnalysisChange } from '../contract/analysis.ts'
import type { Db } from '../db/client.ts'
import { wasGone } from '../files/file.repository.ts'
import type { OutputRow } from './render-outputs.ts'

/** The use of a file by an analysis, with the file's events since it was registered there. */
export interface OutputUseRow extends OutputRow {
  analysis_id: number
  place: string
  appeared_at: Date | null
  last_event_id: number | null
  created_at: Date
  events: { state: AnalysisChange['state']; seen_at: string; reason: string }[] | null
}

/** All files of these analyses, each analysis' in the order of its tree; one index look-up each. */
export async function listOutputs(db: Db, orgId: number, analysisIds: number[]): Promise<OutputUseRow[]> {
  const { rows } = await sql<OutputUseRow>`
    select u.subject_id as analysis_id, u.id as use_id, u.primary_use_id, u.companion_name, u.file_id, u.version_id,
      u.place, u.meta, u.appeared_at, u.last_event_id, u.created_at,
      f.path, f.basename, f.dirname, f.nameroot, f.nameext, f.state, f.reason, f.checked_at,
      v.crc32c, v.size_bytes, e.events, f.state in ('missing', 'gone') or ${wasGone} as is_gone
    from unnest(${analysisIds}::int[]) as wanted (id)
    cross join lateral (
      select * from file_use
      where subject_kind = 'analysis' and subject_id = wanted.id and org_id = ${orgId} offset 0
    ) u
    cross join lateral (select * from file where id = u.file_id offset 0) f
    left join lateral (select crc32c, size_bytes from file_version where id = u.version_id offset 0) v on true
    cross join lateral (
      select json_agg(json_build_object('state', event, 'seen_at', seen_at, 'reason', reason) order by id) as events
      from file_event where file_id = u.file_id and id > coalesce(u.last_event_id, 0)
    ) e
    order by u.id`.execute(db)
  return rows
}
