import type { Caller } from '../access/caller.ts'
import type { Analysis, AnalysisListQuery, AnalysisSearch } from '../contract/analysis.ts'
import type { Db } from '../db/client.ts'
import { AppError } from '../errors.ts'
import { idFromCursor, type Page, pageFromRows } from '../lib/page.ts'
import * as analysisRepository from './analysis.repository.ts'
import { withOutputs } from './read-analyses.ts'

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
  return { items: await withOutputs(db, caller.orgId, items, () => ({ missing })), next_cursor }
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
  return await withOutputs(db, caller.orgId, found, () => ({ missing: 'string' }))
}
