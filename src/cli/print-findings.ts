import type { Finding } from '../contract/finding.ts'
import type { CliIo, Style } from './io.ts'
import { type Column, printPart } from './table.ts'

export const severityStyle = { error: 'red', warning: 'yellow', info: 'dim' } as const satisfies Record<
  Finding['severity'],
  Style
>

/** Nothing where nothing was found. */
export async function printFindings(io: CliIo, findings: readonly Finding[]): Promise<void> {
  await printPart(io, 'Findings', columns, findings)
}

const columns: readonly Column<Finding>[] = [
  { title: 'severity', cell: ({ severity }) => severity, style: ({ severity }) => severityStyle[severity] },
  { title: 'file', cell: ({ file }) => file ?? undefined },
  { title: 'line', cell: ({ line }) => line ?? undefined, align: 'right' },
  { title: 'finding', cell: ({ message }) => message },
]
