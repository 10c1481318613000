import type { Analysis, ShowQuery } from '../contract/analysis.ts'
import type { Db } from '../db/client.ts'
import { type AnalysisRow, findAnalyses } from './analysis.repository.ts'
import { analysisFromRows } from './analysis-from-rows.ts'
import { listOutputs, type OutputUseRow } from './output.repository.ts'

/** Those that are there, in the order given, each shown as it is asked for; two statements for any number. */
export async function readAnalyses(
  db: Db,
  orgId: number,
  wanted: readonly { id: number; show: ShowQuery }[],
): Promise<Analysis[]> {
  if (wanted.length === 0) return []
  const shown = new Map(wanted.map(({ id, show }) => [id, show]))
  const rows = await findAnalyses(db, orgId, [...shown.keys()])
  return await withOutputs(db, orgId, rows, ({ id }) => shown.get(id) ?? { missing: 'string' })
}

export async function withOutputs(
  db: Db,
  orgId: number,
  rows: readonly AnalysisRow[],
  showOf: (row: AnalysisRow) => ShowQuery,
): Promise<Analysis[]> {
  if (rows.length === 0) return []
  const byAnalysis = new Map<number, OutputUseRow[]>(rows.map((row) => [row.id, []]))
  const outputs = await listOutputs(db, orgId, [...byAnalysis.keys()])
  for (const output of outputs) byAnalysis.get(output.analysis_id)?.push(output)
  return rows.map((row) => analysisFromRows(row, byAnalysis.get(row.id) ?? [], showOf(row).missing))
}
