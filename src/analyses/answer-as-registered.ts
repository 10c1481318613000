import type { Analysis } from '../contract/analysis.ts'
import { nameParts } from '../files/name-parts.ts'
import type { RecordedFile } from '../files/record-files.ts'
import type { AnalysisFacts } from './analysis.repository.ts'
import { analysisFromRow } from './analysis-from-rows.ts'
import type { OutputNode } from './parse-outputs.ts'
import { type OutputRow, renderOutputs } from './render-outputs.ts'

/**
 * The answer to a registration whose files are all there: all of it is at hand, and reading it back would take as long
 * as looking up its files did. Null where one is not there, whose state and reason only the ledger tells.
 */
export function answerAsRegistered(
  registered: { id: number; createdAt: Date; project: string; facts: AnalysisFacts },
  nodes: readonly OutputNode[],
  recorded: ReadonlyMap<string, RecordedFile>,
): Analysis | null {
  const rows: OutputRow[] = []
  for (const [index, { address, meta, companion }] of nodes.entries()) {
    const file = recorded.get(address)
    if (!file?.thereAt || file.versionId === null || file.facts === null) return null
    rows.push({
      use_id: index + 1,
      primary_use_id: companion === null ? null : companion.primary + 1,
      companion_name: companion?.name ?? null,
      file_id: file.fileId,
      version_id: file.versionId,
      path: address,
      ...nameParts(address),
      crc32c: file.facts.crc32c,
      size_bytes: file.facts.sizeBytes,
      meta,
      state: 'verified',
      reason: '',
      checked_at: file.thereAt,
      is_gone: false,
    })
  }
  const { id, createdAt, project, facts } = registered
  const row = {
    ...{
      id,
      project,
      type: facts.type,
      status: facts.status,
      sequencing_group_ids: facts.sequencingGroupIds,
    },
    ...{ outputs: facts.outputs, output: facts.output, meta: facts.meta, active: facts.active },
    ...{ author: facts.author, timestamp_completed: facts.timestampCompleted },
    ...{ created_at: createdAt, updated_at: createdAt },
  }
  return analysisFromRow(row, renderOutputs(facts.outputs, rows, 'string'), [])
}
