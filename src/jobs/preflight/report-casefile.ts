import type { PreflightCasefile } from '../../contract/preflight.ts'
import type { CaseReference } from '../references/reference-scanner.ts'
import {
  addressOf,
  baseNameOf,
  type CheckedReference,
  type DeclaredFile,
  folderOf,
} from './check-reference.ts'
import { isResult, type RuleFinding } from './table-rules.ts'

export interface ReportedReference extends CaseReference, CheckedReference {
  /** What is wrong with what is there: a folder, a link that leads out. Null where nothing is. */
  unfit: string | null
}

export interface CasefileReport {
  casefile: PreflightCasefile
  /** Why it cannot run, each with its place. */
  faults: string[]
}

/** `references` is null where nobody could read the case: then nothing is called unused. */
export function reportCasefile(
  file: { file_name: string; path: string; aux_files?: readonly DeclaredFile[] },
  references: readonly ReportedReference[] | null,
  ruleFindings: readonly RuleFinding[],
): CasefileReport {
  const declared = file.aux_files ?? []
  const found = (references ?? []).flatMap((one) => referenceFindings(file.path, one))
  const remarks = resultFindings(file.path, references ?? [], declared)
  const findings = [...found.map(({ finding }) => finding), ...ruleFindings, ...remarks]
  const used = new Set(
    (references ?? [])
      .flatMap(({ path, candidates }) => [...(path === null ? [] : [path]), ...candidates])
      .map(addressOf),
  )
  return {
    casefile: {
      file_name: file.file_name,
      path: file.path,
      references: (references ?? []).map(({ reference, line, column, verdict, path, candidates }) => ({
        reference,
        line,
        column,
        verdict,
        resolved_path: verdict === 'found' ? path : null,
        candidates,
      })),
      unused:
        references === null
          ? []
          : declared
              .filter(({ path }) => !used.has(addressOf(path)))
              .map(({ file_name, path }) => ({ file_name, path })),
      findings: findings.map((finding) => ({ ...finding, step: null })),
    },
    faults: [
      ...found.flatMap(({ finding, fault }) => (finding.severity === 'error' ? [fault] : [])),
      ...ruleFindings
        .filter(({ severity }) => severity === 'error')
        .map((finding) => faultOf(file.path, finding)),
    ],
  }
}

function faultOf(casePath: string, { message, file, line }: RuleFinding): string {
  return file === casePath && line !== null ? `line ${line}: ${plain(message)}` : plain(message)
}

/** A detail of an error quotes with `"`. */
function plain(message: string): string {
  return message.replaceAll('`', '"')
}

function referenceFindings(
  casePath: string,
  one: ReportedReference,
): { finding: RuleFinding; fault: string }[] {
  const told = wordsOf(one)
  if (told === null) return []
  const { reference, line, column } = one
  const name = baseNameOf(one.path ?? reference)
  const asWritten = reference === name ? '' : `"${reference}": `
  return [
    {
      finding: { ...told, file: casePath, line },
      fault: `line ${line}, column ${column}: ${asWritten}${plain(told.message)}`,
    },
  ]
}

function wordsOf({
  verdict,
  path,
  reference,
  candidates,
  unseen,
  unfit,
}: ReportedReference): Pick<RuleFinding, 'severity' | 'code' | 'message'> | null {
  const name = baseNameOf(path ?? reference)
  const at = path === null ? '' : ` in \`${folderOf(path)}\``
  if (verdict === 'ambiguous') {
    const message = `\`${name}\` is not${at}, and several files may be meant: ${candidates.map(code).join(', ')}`
    return { severity: 'error', code: 'ambiguous_reference', message }
  }
  if (verdict === 'missing' && unfit !== null) {
    const message = `\`${name}\`${at} cannot be used: ${unfit}${nearbyWords(name, candidates)}`
    return { severity: 'error', code: 'missing_reference', message }
  }
  if (verdict === 'missing' && unseen === null) {
    const message = `\`${name}\` is not${at}${nearbyWords(name, candidates)}`
    return { severity: 'error', code: 'missing_reference', message }
  }
  if (unseen === null) return null
  if (verdict === 'found') {
    const message = `Nobody could look whether \`${name}\` is${at}; it is among the declared files: ${unseen}`
    return { severity: 'info', code: 'unseen_reference', message }
  }
  const message = `Nobody could look whether \`${name}\` is${at === '' ? ' there' : at}: ${unseen}`
  return { severity: 'warning', code: 'unseen_reference', message }
}

const code = (path: string) => `\`${path}\``

/** `; there is one in /shared/a/pvt`, or under which other name. */
function nearbyWords(name: string, [candidate]: readonly string[]): string {
  if (candidate === undefined) return ''
  const folder = code(folderOf(candidate))
  const other = baseNameOf(candidate)
  return `; there is ${other === name ? 'one' : code(other)} in ${folder}`
}

function resultFindings(
  casePath: string,
  references: readonly ReportedReference[],
  declared: readonly DeclaredFile[],
): RuleFinding[] {
  const given = new Map<string, number | null>()
  for (const { reference, line } of references) {
    if (isResult(reference) && !given.has(baseNameOf(reference))) given.set(baseNameOf(reference), line)
  }
  for (const { file_name } of declared) {
    if (isResult(file_name) && !given.has(file_name)) given.set(file_name, null)
  }
  return [...given].map(([name, line]) => ({
    severity: 'info',
    code: 'result_as_input',
    message: `\`${name}\` is of a kind that the engine writes as a result; it is taken as an input`,
    file: casePath,
    line,
  }))
}
