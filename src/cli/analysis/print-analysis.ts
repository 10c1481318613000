import type { Analysis, AnalysisChange } from '../../contract/analysis.ts'
import type { ApiClient } from '../client.ts'
import { type CliIo, printJson } from '../io.ts'
import { type Column, printFields, printPart } from '../table.ts'
import { currentOutputs } from './current-outputs.ts'
import { outputColumns } from './output-columns.ts'

const groupsShown = 20

/** The answer as it came, or for people its fields, the tree of outputs and what became of them. */
export async function printAnalysis(
  io: CliIo,
  client: ApiClient,
  analysis: Analysis,
  { json = false }: { json?: boolean },
): Promise<void> {
  if (json) return await printJson(io, analysis)
  const lines = await currentOutputs(client, analysis)
  await printFields(io, [
    ['id', analysis.id],
    ['project', analysis.project],
    ['type', analysis.type],
    ['status', analysis.active ? analysis.status : `${analysis.status}, not active`],
    ['sequencing groups', groupsOf(analysis.sequencing_group_ids)],
    ['meta', Object.keys(analysis.meta).length === 0 ? null : JSON.stringify(analysis.meta)],
    ['author', analysis.author],
    ['completed', analysis.timestamp_completed],
    ['created', analysis.created_at],
    ['updated', analysis.updated_at],
  ])
  const { branch, state, size, checksum, path, reason } = outputColumns
  const columns = [branch, state, size, checksum, path]
  const isToExplain = lines.some(({ file }) => file !== null && file.reason !== '')
  await printPart(io, 'Outputs', isToExplain ? [...columns, reason] : columns, lines)
  await printPart(io, 'Changes', changeColumns, analysis.changes)
}

function groupsOf(ids: readonly string[]): string {
  const rest = ids.length - groupsShown
  return `${ids.slice(0, groupsShown).join(', ')}${rest > 0 ? ` and ${rest.toLocaleString('en')} more` : ''}`
}

const changeColumns: readonly Column<AnalysisChange>[] = [
  { title: 'seen', cell: (change) => change.seen_at },
  { title: 'change', cell: (change) => change.state },
  { title: 'output', cell: (change) => change.at, shrinks: true },
  { title: 'path', cell: (change) => change.path, shrinks: true },
  { title: 'reason', cell: (change) => change.reason, shrinks: true },
]
