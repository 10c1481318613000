import { nameParts } from '../../files/name-parts.ts'
import type { PvtTable } from '../references/pvt-table.ts'
import type { CaseReference, UsedFluid } from '../references/reference-scanner.ts'
import type { Unread } from './file-reader.ts'

/** A finding that is not told of its casefile yet. */
export interface RuleFinding {
  severity: 'error' | 'warning' | 'info'
  code: string
  message: string
  file: string
  line: number | null
}

export type ReadTable = { state: 'read'; value: PvtTable } | Unread

/** What `PVTFILE` names is a table whatever it is called, and a `.tab` is one unless another `…FILE` key names it. */
export function isPvtTable({ reference, key }: CaseReference): boolean {
  return key === 'PVTFILE' || (!key.endsWith('FILE') && extensionOf(reference) === '.tab')
}

const resultExtensions = new Set(['.tpl', '.ppl', '.plt', '.out'])

/** The engine writes such files; one run's may be another's input. */
export function isResult(path: string): boolean {
  return resultExtensions.has(extensionOf(path))
}

function extensionOf(path: string): string {
  return nameParts(path).nameext?.toLowerCase() ?? ''
}

/** What cannot be read of a case's tables, each told of once. */
export function tableFindings(tables: ReadonlyMap<string, ReadTable>): RuleFinding[] {
  return [...tables].flatMap(([path, table]): RuleFinding[] => {
    if (table.state !== 'read') {
      const message = `\`${path}\` was not read, so its fluids are not checked: ${table.reason}`
      return [{ severity: 'info', code: 'table_not_read', message, file: path, line: null }]
    }
    const { fault } = table.value
    if (fault === null) return []
    const message = `\`${path}\` cannot be read as a PVT table: it ${fault.message}`
    return [{ severity: 'error', code: 'unreadable_table', message, file: path, line: fault.line }]
  })
}

/**
 * `BRANCH FLUID="x"` needs a `PVTTABLE LABEL="x"`. Nothing is said where a table was not read or has no labels, or where
 * `areAllSeen` says that one is missing: the label may be in there.
 */
export function fluidFindings(
  casePath: string,
  fluids: readonly UsedFluid[],
  tables: ReadonlyMap<string, ReadTable>,
  areAllSeen: boolean,
): RuleFinding[] {
  const labels = new Set<string>()
  for (const table of tables.values()) {
    if (table.state !== 'read' || table.value.fault !== null || table.value.labels === null) return []
    for (const label of table.value.labels) labels.add(label)
  }
  if (tables.size === 0 || !areAllSeen) return []
  const withoutCase = new Set([...labels].map((label) => label.toLowerCase()))
  const has =
    labels.size === 0
      ? 'no label'
      : [...labels]
          .slice(0, 10)
          .map((label) => `"${label}"`)
          .join(', ')
  const where = [...tables.keys()].map((path) => `\`${nameParts(path).basename}\``).join(', ')
  return fluids
    .filter(({ label }) => !labels.has(label))
    .map(({ label, line }) => {
      const message = `BRANCH FLUID="${label}" needs a PVTTABLE LABEL="${label}"; ${where} has ${has}`
      const severity = withoutCase.has(label.toLowerCase()) ? 'warning' : 'error'
      return { severity, code: 'unknown_fluid', message, file: casePath, line }
    })
}
