import type { Run, RunFile, RunState } from '../../contract/run.ts'
import { formatBytes } from '../format-bytes.ts'
import { type CliIo, printJson, type Style } from '../io.ts'
import { printFindings } from '../print-findings.ts'
import { type Column, printFields, printPart } from '../table.ts'

export const runStyle: Record<RunState, Style> = {
  queued: 'dim',
  running: 'cyan',
  succeeded: 'green',
  failed: 'red',
  canceled: 'yellow',
}

export function isFinished(state: RunState): boolean {
  return state === 'succeeded' || state === 'failed' || state === 'canceled'
}

export async function printRun(io: CliIo, run: Run, { json = false }: { json?: boolean }): Promise<void> {
  if (json) return await printJson(io, run)
  await printFields(io, [
    ['id', run.id],
    ['workflow', `${run.workflow}, version ${run.workflow_version}`],
    ['state', run.state],
    ['name', run.name],
    ['metadata', JSON.stringify(run.metadata)],
    ['created', run.created_at],
    ['finished', run.finished_at],
  ])
  await printPart(io, 'Files', fileColumns, run.files)
  await printPart(io, 'Steps', stepColumns, run.steps)
  await printFindings(io, run.findings)
}

const fileColumns: readonly Column<RunFile>[] = [
  { title: 'for', cell: (file) => file.slot ?? file.role },
  { title: 'name', cell: (file) => file.original_filename, shrinks: true },
  { title: 'size', cell: (file) => formatBytes(file.size_bytes), align: 'right' },
  { title: 'file', cell: (file) => file.file_id, align: 'right' },
  { title: 'same as', cell: (file) => file.same_as ?? undefined, align: 'right' },
  { title: 'sha-256', cell: (file) => file.sha256, shrinks: true },
]

const stepColumns: readonly Column<Run['steps'][number]>[] = [
  { title: 'step', cell: ({ index }) => index, align: 'right' },
  { title: 'state', cell: ({ state }) => state, style: ({ state }) => runStyle[state] },
  { title: 'validator', cell: ({ validator }) => validator },
  { title: 'name', cell: ({ name }) => name, shrinks: true },
]
