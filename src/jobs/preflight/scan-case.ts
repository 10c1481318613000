import type { CaseScan } from '../references/reference-scanner.ts'
import { scannedExtensions, scannerFor } from '../references/scanner-for.ts'
import type { ReadFile, Unread } from './file-reader.ts'
import type { Sights } from './sights.ts'
import type { RuleFinding } from './table-rules.ts'

/** `scan` is null where nobody could read the case; the findings say why. */
export interface ScannedCase {
  scan: CaseScan | null
  findings: RuleFinding[]
}

export async function scanCase(
  readFile: ReadFile,
  sights: Sights,
  { file_name, path }: { file_name: string; path: string },
): Promise<ScannedCase> {
  const look = sights.at(path)
  if (look.state === 'present' && look.kind === 'file' && look.facts.sizeBytes === 0) {
    return { scan: null, findings: [emptyFinding(path)] }
  }
  const scanner = scannerFor(path) ?? scannerFor(file_name)
  const result = await readFile(path, scanner ?? nothing)
  if (result.state !== 'read') return { scan: null, findings: [unreadFinding(path, result)] }
  if (scanner === undefined || result.value === null)
    return { scan: null, findings: [unknownFormat(file_name, path)] }
  const findings = result.value.remarks.map((remark) => ({ ...remark, file: path }))
  const isUnreadable = result.value.remarks.some(({ code }) => code === 'unreadable_text')
  return { scan: isUnreadable ? null : result.value, findings }
}

/** Nothing runs on it; often it is being written just now. */
function emptyFinding(path: string): RuleFinding {
  const message = `The casefile \`${path}\` is empty`
  return { severity: 'error', code: 'empty_casefile', message, file: path, line: null }
}

/** A case of another format has to be there, and that is all. */
async function nothing(): Promise<null> {
  return null
}

function unreadFinding(path: string, { state, reason }: Unread): RuleFinding {
  const common = { file: path, line: null }
  if (state === 'absent') {
    const message = `The casefile \`${path}\` is not there: ${reason}`
    return { ...common, severity: 'error', code: 'missing_casefile', message }
  }
  const message = `The casefile \`${path}\` was not read, so its references are not checked: ${reason}`
  return {
    ...common,
    severity: 'warning',
    code: state === 'too_large' ? 'casefile_too_large' : 'unseen_casefile',
    message,
  }
}

function unknownFormat(fileName: string, path: string): RuleFinding {
  const known = scannedExtensions.join(', ')
  const message = `\`${fileName}\` is of a format that is not read here, so its references are not checked; those that are end in ${known}`
  return { severity: 'info', code: 'unknown_format', message, file: path, line: null }
}
