import type { Preflight } from '../../contract/preflight.ts'
import { type CliIo, paint, print, type Style } from '../io.ts'
import { severityStyle } from '../print-findings.ts'
import { type Column, createTable } from '../table.ts'

type Casefile = Preflight['casefiles'][number]

/** A line of the report: a case, or below it a reference, an unused file or a finding. */
interface Line {
  verdict: string
  style: Style
  reference?: string
  at?: string
  says?: string | undefined
}

/** A table grouped by case; with `quiet` only what is not found. Then how many of the cases can run. */
export async function printReport(
  io: CliIo,
  report: Preflight,
  { quiet = false }: { quiet?: boolean },
): Promise<void> {
  const shown = report.casefiles.map((casefile) => ({ casefile, lines: linesOf(casefile, quiet) }))
  const lines = shown
    .filter((one) => !quiet || one.lines.length > 0)
    .flatMap((one) => [lineOfCase(one.casefile), ...one.lines])
  if (lines.length > 0) await createTable(io, columns).print(lines)
  const able = report.casefiles.filter(canRun).length
  const words = `${able} of ${report.casefiles.length} ${report.casefiles.length === 1 ? 'case' : 'cases'} can run`
  await print(io.out, `${paint(io, io.out, report.runnable ? 'green' : 'red', words)}\n`)
}

function canRun({ findings }: Casefile): boolean {
  return findings.every(({ severity }) => severity !== 'error')
}

function lineOfCase(casefile: Casefile): Line {
  const verdict = canRun(casefile) ? 'can run' : 'cannot run'
  const style: Style = canRun(casefile) ? ['bold', 'green'] : ['bold', 'red']
  return { verdict, style, reference: casefile.file_name, says: casefile.path }
}

function linesOf({ references, unused, findings }: Casefile, quiet: boolean): Line[] {
  const ofReferences = references
    .filter(({ verdict }) => !quiet || verdict !== 'found')
    .map(({ verdict, reference, line, column, resolved_path, candidates }) => ({
      verdict: `  ${verdict}`,
      style: verdictStyle[verdict],
      reference,
      at: `${line}:${column}`,
      says: resolved_path ?? (candidates.length > 0 ? candidates.join(', ') : undefined),
    }))
  const ofUnused = unused.map(({ file_name, path }) => ({
    verdict: '  unused',
    style: 'yellow' as const,
    reference: file_name,
    says: path,
  }))
  const ofFindings = findings.map(({ severity, message, line }) => ({
    verdict: `  ${severity}`,
    style: severityStyle[severity],
    ...(line === null ? {} : { at: `${line}` }),
    says: message,
  }))
  return quiet
    ? [...ofReferences, ...ofFindings.filter(({ style }) => style === 'red')]
    : [...ofReferences, ...ofUnused, ...ofFindings]
}

const verdictStyle = { found: 'green', missing: 'red', ambiguous: 'red' } as const satisfies Record<
  Casefile['references'][number]['verdict'],
  Style
>

/** Nothing is cut: what is wrong often stands at the end. */
const columns: readonly Column<Line>[] = [
  { title: 'verdict', cell: (line) => line.verdict, style: (line) => line.style },
  { title: 'file', cell: (line) => line.reference },
  { title: 'at', cell: (line) => line.at },
  { title: 'where, or what is wrong', cell: (line) => line.says },
]
