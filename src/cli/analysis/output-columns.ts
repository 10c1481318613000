import { formatBytes } from '../format-bytes.ts'
import type { Style } from '../io.ts'
import type { Column } from '../table.ts'
import type { OutputFile, OutputState } from './output-file.ts'
import type { OutputLine } from './output-lines.ts'

export const outputStyle: Record<OutputState, Style> = {
  there: 'green',
  changed: 'yellow',
  gone: 'red',
  missing: 'red',
  unreachable: 'yellow',
}

/** Of a line that is no file there is nothing to say. */
function ofFile(cell: (file: OutputFile) => string | null): Pick<Column<OutputLine>, 'cell'> {
  return { cell: ({ file }) => (file === null ? undefined : cell(file)) }
}

export const outputColumns = {
  branch: { title: 'output', cell: ({ branch, name }) => `${branch}${name}`, shrinks: true },
  place: { title: 'output', cell: ({ place }) => place, shrinks: true },
  state: {
    title: 'state',
    ...ofFile(({ state }) => state),
    style: ({ file }) => (file === null ? undefined : outputStyle[file.state]),
  },
  size: {
    title: 'size',
    ...ofFile(({ size }) => (size === null ? null : formatBytes(size))),
    align: 'right',
  },
  checksum: { title: 'checksum', ...ofFile(({ checksum }) => checksum) },
  path: {
    title: 'path or value',
    cell: ({ file, value }) => file?.path ?? value ?? undefined,
    shrinks: true,
  },
  reason: { title: 'reason', cell: ({ file }) => file?.reason || undefined, shrinks: true },
} satisfies Record<string, Column<OutputLine>>
