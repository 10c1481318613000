import type { Analysis } from '../contract/analysis.ts'
import type { Db } from '../db/client.ts'
import { type AnalysisRow, findAnalyses } from './analysis.repository.ts'
import { analysisFromRows } from './analysis-from-rows.ts'
import { listOutputs, type OutputUseRow } from './output.repository.ts'
import type { MissingAs } from './render-outputs.ts'

/** Those that are there, in the order of the ids; two statements for any number. */
export async function readAnalyses(
  db: Db,
  orgId: number,
  ids: number[],
  missingAs: MissingAs | ((index: number) => MissingAs),
): Promise<Analysis[]> {
  return await withOutputs(db, orgId, await findAnalyses(db, orgId, ids), missingAs)
}

export async function withOutputs(
  db: Db,
  orgId: number,
  rows: readonly AnalysisRow[],
  missingAs: MissingAs | ((index: number) => MissingAs),
): Promise<Analysis[]> {
  if (rows.length === 0) return []
  const byAnalysis = new Map<number, OutputUseRow[]>(rows.map((row) => [row.id, []]))
  const outputs = await listOutputs(db, orgId, [...byAnalysis.keys()])
  for (const output of outputs) byAnalysis.get(output.analysis_id)?.push(output)
  return rows.map((row, index) =>
    analysisFromRows(
      row,
      byAnalysis.get(row.id) ?? [],
      typeof missingAs === 'string' ? missingAs : missingAs(index),
    ),
  )
}
