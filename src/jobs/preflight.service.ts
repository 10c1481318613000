import type { RootsOf } from '../access/roots-of.ts'
import type { JobInput } from '../contract/job.ts'
import type { Preflight } from '../contract/preflight.ts'
import { AppError, type ErrorDetail, maxFaults, moreThanOne } from '../errors.ts'
import { refuseTooMany } from '../files/many-files.ts'
import { forEachConcurrently } from '../lib/limit-concurrency.ts'
import type { Verdict } from '../storage/probe.ts'
import { nothingThere } from '../storage/store.ts'
import type { Stores } from '../storage/stores.ts'
import {
  addressOf,
  baseNameOf,
  checkReference,
  folderOf,
  indexDeclared,
} from './preflight/check-reference.ts'
import { createFileReader, type ReadFile } from './preflight/file-reader.ts'
import { findNearby } from './preflight/nearby.ts'
import { type CasefileReport, type ReportedReference, reportCasefile } from './preflight/report-casefile.ts'
import { resolveReference } from './preflight/resolve-reference.ts'
import { type ScannedCase, scanCase } from './preflight/scan-case.ts'
import { createSights, type Sights } from './preflight/sights.ts'
import {
  fluidFindings,
  isPvtTable,
  type ReadTable,
  type RuleFinding,
  tableFindings,
} from './preflight/table-rules.ts'
import { readPvtTable } from './references/pvt-table.ts'

export interface PreflightDeps {
  stores: Stores
  rootsOf: RootsOf
}

const casesAtATime = 8
const tablesAtATime = 4

type Casefile = JobInput['casefiles'][number]

interface CheckedCase {
  file: Casefile
  scanned: ScannedCase
  references: ReportedReference[]
}

/** Whether a job can run, as far as its cases, their tables and the stores tell. */
export interface PreflightResult {
  report: Preflight
  /** Why it cannot, each with its casefile. */
  faults: ErrorDetail[]
  /** The references that were seen to be there, for each casefile in order. */
  found: string[][]
}

/**
 * Stores nothing and looks a constant number of times, whatever the number of casefiles; a file that several name is read
 * once. Throws `too_large` for cases that name too many files together, and nothing else for what it finds.
 */
export async function preflight(
  deps: PreflightDeps,
  orgId: number,
  { casefiles }: Pick<JobInput, 'casefiles'>,
): Promise<PreflightResult> {
  const roots = await deps.rootsOf(orgId)
  const sights = createSights(deps.stores, roots)
  const readFile = createFileReader(deps.stores, roots, sights)
  await sights.look(
    casefiles.flatMap(({ path, aux_files = [] }) => [path, ...aux_files.map((aux) => aux.path)]),
  )
  const scanned = await scanCases(readFile, sights, casefiles)
  refuseTooMany(countReferences(casefiles, scanned), 'casefiles', 'check them as several jobs')
  const checked = await checkCases(sights, casefiles, scanned)
  await addCandidates({ stores: deps.stores, roots, sights }, checked)
  const tables = await readTables(readFile, checked)

  const reports = checked.map((one) => reportOf(one, tables, sights))
  const faults = reports.flatMap((report, index) =>
    report.faults.map((message) => ({ field: `casefiles[${index}]`, message })),
  )
  return {
    report: { runnable: faults.length === 0, casefiles: reports.map(({ casefile }) => casefile) },
    faults: faults.slice(0, maxFaults),
    found: checked.map(({ references }) =>
      references.flatMap(({ verdict, path, unseen }) =>
        verdict === 'found' && path !== null && unseen === null ? [path] : [],
      ),
    ),
  }
}

export function refuseUnrunnable({ faults }: PreflightResult): void {
  const [first] = faults
  if (first === undefined) return
  const sentence = `The job cannot run: ${first.field}: ${first.message}${moreThanOne(faults.length)}`
  throw new AppError('invalid', sentence, { details: faults })
}

/** The same job, with what was found as the aux files of those casefiles that were given without. */
export function withFound(input: JobInput, { found }: PreflightResult): JobInput {
  return {
    ...input,
    casefiles: input.casefiles.map((casefile, index) => {
      if (casefile.aux_files !== undefined) return casefile
      const paths = [...new Set(found[index])]
      return { ...casefile, aux_files: paths.map((path) => ({ file_name: baseNameOf(path), path })) }
    }),
  }
}

async function scanCases(readFile: ReadFile, sights: Sights, casefiles: readonly Casefile[]) {
  const scanned = new Map<string, ScannedCase>()
  const paths = [...new Map(casefiles.map((file) => [file.path, file])).values()]
  await forEachConcurrently(paths, casesAtATime, async (file) => {
    scanned.set(file.path, await scanCase(readFile, sights, file))
  })
  return scanned
}

/** A case that is named often counts as often: the report tells of each. */
function countReferences(casefiles: readonly Casefile[], scanned: ReadonlyMap<string, ScannedCase>): number {
  return casefiles.reduce((sum, { path }) => sum + (scanned.get(path)?.scan?.references.length ?? 0), 0)
}

async function checkCases(
  sights: Sights,
  casefiles: readonly Casefile[],
  scanned: ReadonlyMap<string, ScannedCase>,
): Promise<CheckedCase[]> {
  const resolved = casefiles.map((file) => {
    const ofCase = scanned.get(file.path) ?? { scan: null, findings: [] }
    const references = (ofCase.scan?.references ?? []).map((one) => ({
      ...one,
      meant: resolveReference(file.path, one.reference),
    }))
    return { file, scanned: ofCase, references }
  })
  await sights.look(
    resolved.flatMap(({ references }) => references.flatMap(({ meant }) => (meant === null ? [] : [meant]))),
  )
  return resolved.map(({ file, scanned, references }) => {
    const declared = indexDeclared(file.aux_files ?? [])
    return {
      file,
      scanned,
      references: references.map(({ meant, ...one }) => ({
        ...one,
        ...checkReference(meant, one.reference, declared, sights),
        unfit: meant === null ? null : unfitReason(sights.at(meant)),
      })),
    }
  })
}

/** A store tells of what is no file in other words than of nothing. */
function unfitReason(look: Verdict): string | null {
  return look.state === 'absent' && !look.reason.startsWith(nothingThere.reason) ? look.reason : null
}

async function addCandidates(
  deps: Parameters<typeof findNearby>[0],
  checked: readonly CheckedCase[],
): Promise<void> {
  const missing = checked.flatMap(({ file, references }) => {
    const known = references.flatMap(({ verdict, path }) =>
      verdict === 'found' && path !== null ? [path] : [],
    )
    const declared = (file.aux_files ?? []).map(({ path }) => path)
    const knownFolders = [...new Set([...known, ...declared].map(folderOf))]
    return references.flatMap((one) => {
      const { verdict, unseen, path } = one
      if (verdict !== 'missing' || unseen !== null || path === null) return []
      return [{ one, at: { casePath: file.path, path, knownFolders } }]
    })
  })
  if (missing.length === 0) return
  const nearbyOf = await findNearby(
    deps,
    missing.map(({ at }) => at),
  )
  for (const { one, at } of missing) {
    const declared = new Set(one.candidates.map(addressOf))
    one.candidates.push(...nearbyOf(at).filter((path) => !declared.has(addressOf(path))))
    if (one.candidates.length > 1) one.verdict = 'ambiguous'
  }
}

async function readTables(readFile: ReadFile, checked: readonly CheckedCase[]) {
  const tables = new Map<string, ReadTable>()
  const paths = new Set(checked.flatMap(({ references }) => references.flatMap(tablePathOf)))
  await forEachConcurrently([...paths], tablesAtATime, async (path) => {
    tables.set(path, await readFile(path, readPvtTable))
  })
  return tables
}

/** Declared files that are not there: whoever declared them should know, whether or not the case names them. */
function absentFindings(declared: NonNullable<Casefile['aux_files']>, sights: Sights): RuleFinding[] {
  return declared.flatMap(({ file_name, path }) => {
    const look = sights.at(path)
    if (look.state !== 'absent') return []
    const message = `The declared file \`${file_name}\` is not at \`${path}\`: ${look.reason}`
    return { severity: 'warning', code: 'missing_aux_file', message, file: path, line: null } as const
  })
}

function tablePathOf(reference: ReportedReference): string[] {
  const { verdict, path, unseen } = reference
  return verdict === 'found' && path !== null && unseen === null && isPvtTable(reference) ? [path] : []
}

function reportOf(
  { file, scanned, references }: CheckedCase,
  all: ReadonlyMap<string, ReadTable>,
  sights: Sights,
): CasefileReport {
  const ofTables = references.filter(isPvtTable)
  const tables = new Map(
    ofTables.flatMap(tablePathOf).flatMap((path) => {
      const table = all.get(path)
      return table === undefined ? [] : [[path, table] as const]
    }),
  )
  const areAllSeen = ofTables.every((one) => tablePathOf(one).length > 0)
  const ruleFindings: RuleFinding[] = [
    ...scanned.findings,
    ...absentFindings(file.aux_files ?? [], sights),
    ...tableFindings(tables),
    ...fluidFindings(file.path, scanned.scan?.fluids ?? [], tables, areAllSeen),
  ]
  return reportCasefile(file, scanned.scan === null ? null : references, ruleFindings)
}
