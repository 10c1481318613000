import type { Caller } from '../access/caller.ts'
import type { Analysis, AnalysisListQuery, AnalysisSearch } from '../contract/analysis.ts'
import type { Db } from '../db/client.ts'
import { AppError } from '../errors.ts'
import { idFromCursor, type Page, pageFromRows } from '../lib/page.ts'
import type { AnalysisRow } from './analysis.repository.ts'
import * as analysisRepository from './analysis.repository.ts'
import { analysisFromRows } from './analysis-from-rows.ts'
import { listOutputs, type OutputUseRow } from './output.repository.ts'
import type { MissingAs } from './render-outputs.ts'

/** A search answers all it finds at once, so it may not find more. */
const mostFound = 10_000

export async function listAnalyses(
  db: Db,
  caller: Caller,
  { limit, cursor, missing, project, sequencing_group_id: group, ...filters }: AnalysisListQuery,
): Promise<Page<Analysis>> {
  const rows = await analysisRepository.listAnalyses(db, caller.orgId, {
    ...filters,
    ...(project === undefined ? {} : { projects: [project] }),
    ...(group === undefined ? {} : { sequencing_group_ids: [group] }),
    limit: limit + 1,
    afterId: idFromCursor(cursor),
  })
  const { items, next_cursor } = pageFromRows(rows, limit, (row) => row)
  return { items: await withOutputs(db, caller, items, missing), next_cursor }
}

export async function searchAnalyses(db: Db, caller: Caller, search: AnalysisSearch): Promise<Analysis[]> {
  const found = await analysisRepository.listAnalyses(db, caller.orgId, {
    ...search,
    limit: mostFound + 1,
    afterId: null,
  })
  if (found.length > mostFound) {
    const message = `More than ${mostFound.toLocaleString('en')} analyses match; narrow the query, or page through GET /api/v1/analysis`
    throw new AppError('too_large', message)
  }
  return await withOutputs(db, caller, found, 'string')
}

/** Constant in statements: the files of all analyses come in one. */
async function withOutputs(
  db: Db,
  caller: Caller,
  rows: AnalysisRow[],
  missing: MissingAs,
): Promise<Analysis[]> {
  if (rows.length === 0) return []
  const byAnalysis = new Map<number, OutputUseRow[]>(rows.map((row) => [row.id, []]))
  const outputs = await listOutputs(db, caller.orgId, [...byAnalysis.keys()])
  for (const output of outputs) byAnalysis.get(output.analysis_id)?.push(output)
  return rows.map((row) => analysisFromRows(row, byAnalysis.get(row.id) ?? [], missing))
}
