import type { Analysis, AnalysisChange } from '../contract/analysis.ts'
import type { Json } from '../contract/json.ts'
import { wireTime } from '../lib/wire-time.ts'
import type { AnalysisRow } from './analysis.repository.ts'
import type { OutputUseRow } from './output.repository.ts'
import { type MissingAs, renderOutputs } from './render-outputs.ts'

export function analysisFromRows(row: AnalysisRow, outputs: OutputUseRow[], missingAs: MissingAs): Analysis {
  const changes = outputs.flatMap(changesOf).sort((a, b) => Date.parse(a.seen_at) - Date.parse(b.seen_at))
  return analysisFromRow(row, renderOutputs(row.outputs, outputs, missingAs), changes)
}

export function analysisFromRow(row: AnalysisRow, outputs: Json, changes: AnalysisChange[]): Analysis {
  return {
    id: row.id,
    project: row.project,
    type: row.type,
    status: row.status,
    sequencing_group_ids: row.sequencing_group_ids,
    outputs,
    output: row.output,
    meta: row.meta,
    active: row.active,
    author: row.author,
    timestamp_completed: wireTime(row.timestamp_completed),
    created_at: wireTime(row.created_at),
    updated_at: wireTime(row.updated_at),
    changes,
  }
}

/** What became of the file since it was registered here. */
function changesOf(output: OutputUseRow): AnalysisChange[] {
  const { path, place: at, appeared_at: appearedAt } = output
  const events = (output.events ?? []).map(({ state, seen_at, reason }) => ({
    path,
    at,
    state,
    seen_at: wireTime(new Date(seen_at)),
    reason,
  }))
  if (appearedAt === null) return events
  const before = events.filter((event) => Date.parse(event.seen_at) <= appearedAt.getTime())
  const after = events.slice(before.length)
  const last = before.at(-1)
  // What the ledger saw change or return appeared here; a file that was there all along has no event of its own.
  const appeared = last !== undefined && last.state !== 'gone' ? before.pop() : undefined
  const seen_at = appeared?.seen_at ?? wireTime(appearedAt)
  const reason = appeared?.reason ?? 'It could be looked at, and is there'
  return [...before, { path, at, state: 'appeared', seen_at, reason }, ...after]
}
