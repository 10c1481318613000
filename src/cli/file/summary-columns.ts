import type { FileState, FileSummary } from '../../contract/file.ts'
import { formatBytes } from '../format-bytes.ts'
import type { Style } from '../io.ts'
import type { Column } from '../table.ts'

export const stateStyle: Record<FileState, Style> = {
  declared: 'dim',
  verified: 'green',
  missing: 'red',
  gone: 'red',
  unreachable: 'yellow',
}

export const summaryColumns: readonly Column<FileSummary>[] = [
  { title: 'id', cell: (file) => file.id, align: 'right' },
  { title: 'state', cell: (file) => file.state, style: (file) => stateStyle[file.state] },
  { title: 'size', cell: (file) => (file.size === null ? null : formatBytes(file.size)), align: 'right' },
  { title: 'checksum', cell: (file) => file.file_checksum },
  { title: 'looked', cell: (file) => file.checked_at },
  { title: 'path', cell: (file) => file.path, shrinks: true },
]
