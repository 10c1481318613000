import type { Slot, Step, Warning, Workflow } from '../../contract/workflow.ts'
import { formatBytes } from '../format-bytes.ts'
import { type CliIo, printJson } from '../io.ts'
import { type Column, printFields, printPart } from '../table.ts'

export async function printWorkflow(
  io: CliIo,
  workflow: Workflow,
  { json = false }: { json?: boolean },
): Promise<void> {
  if (json) return await printJson(io, workflow)
  await printFields(io, [
    ['id', workflow.id],
    ['slug', workflow.slug],
    ['name', workflow.name],
    ['description', workflow.description],
    ['version', workflow.version],
    ['primary file', workflow.primary_file_types.join(', ') || 'any type'],
    ['updated', workflow.updated_at],
  ])
  await printPart(io, 'Files that submitters bring', slotColumns, workflow.auxiliary_file_slots)
  await printPart(io, 'Steps', stepColumns, workflow.steps)
  await printPart(io, 'Warnings', warningColumns, workflow.warnings)
}

/** Nothing of a message is cut. */
export const warningColumns: readonly Column<Warning>[] = [
  { title: 'step', cell: ({ step }) => step ?? undefined, align: 'right' },
  { title: 'slot', cell: ({ slot }) => slot ?? undefined },
  { title: 'warning', cell: ({ message }) => message, style: () => 'yellow' },
]

const slotColumns: readonly Column<Slot>[] = [
  { title: 'slot', cell: ({ slug }) => slug },
  { title: 'types', cell: (slot) => slot.allowed_file_types.join(', '), shrinks: true },
  { title: 'at most', cell: (slot) => formatBytes(slot.max_size_bytes), align: 'right' },
  { title: 'needed', cell: ({ required }) => (required ? 'yes' : 'no') },
  { title: 'label', cell: ({ label }) => label, shrinks: true },
]

const stepColumns: readonly Column<Step>[] = [
  { title: 'step', cell: ({ index }) => index, align: 'right' },
  { title: 'validator', cell: ({ validator }) => validator },
  { title: 'name', cell: ({ name }) => name, shrinks: true },
  { title: 'config', cell: ({ config }) => JSON.stringify(config), shrinks: true },
]
