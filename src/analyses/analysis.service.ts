import { recordAudit } from '../access/audit.ts'
import type { Caller } from '../access/caller.ts'
import { detailsOfFaults, ifGiven, nameFault, refuseDetails } from '../access/faults.ts'
import type { RootsOf } from '../access/roots-of.ts'
import type {
  Analysis,
  AnalysisInput,
  AnalysisPatch,
  RegisterQuery,
  ShowQuery,
} from '../contract/analysis.ts'
import type { Db, Trx } from '../db/client.ts'
import { inTransaction } from '../db/transaction.ts'
import { AppError, type ErrorDetail } from '../errors.ts'
import { deleteUses, findWaitedFor, lockUses } from '../files/file-use.repository.ts'
import type { Looker } from '../files/look-at.ts'
import { inTurnIfMany, refuseTooMany } from '../files/many-files.ts'
import { recordFiles } from '../files/record-files.ts'
import { watchFiles } from '../files/watch-files.ts'
import { writeOnce } from '../idempotency/write-once.ts'
import type { AnalysisRow } from './analysis.repository.ts'
import * as analysisRepository from './analysis.repository.ts'
import { continueOutputs, isSameAs } from './continued-outputs.ts'
import { mergePatch } from './json-object.ts'
import { listOutputs } from './output.repository.ts'
import { type ParsedOutputs, parseOutputs } from './parse-outputs.ts'
import { readAnalyses } from './read-analyses.ts'
import type { Register } from './register-analyses.ts'
import { insertOutputs, lookAtOutputs, type OutputLook, refuseUnreachable } from './register-outputs.ts'

const longestName = 200

export interface AnalysisDeps {
  db: Db
  lookAt: Looker
  rootsOf: RootsOf
  register: Register
}

/** Files are looked at before the transaction; the analysis and all its outputs stand or fall together. */
export async function createAnalysis(
  deps: AnalysisDeps,
  caller: Caller,
  project: string,
  input: AnalysisInput,
  options: RegisterQuery,
): Promise<Analysis> {
  const { parsed, roots } = await readOutputs(deps, caller, input)
  refuseDetails([...textFaults(project, input), ...parsed.faults])
  return await inTurnIfMany(parsed.nodes.length, async () => {
    const look = await lookAtTree(deps, caller, parsed, roots, options)
    const facts = {
      type: input.type,
      status: input.status,
      sequencingGroupIds: input.sequencing_group_ids ?? [],
      outputs: parsed.shape,
      output: input.output ?? null,
      meta: input.meta ?? {},
      active: input.active ?? true,
      author: input.author ?? caller.memberName,
      timestampCompleted: completedAt(input, null),
    }
    return await deps.register({ caller, project, facts, nodes: parsed.nodes, look, show: options })
  })
}

export async function updateAnalysis(
  deps: AnalysisDeps,
  caller: Caller,
  id: number,
  patch: AnalysisPatch,
  options: RegisterQuery,
): Promise<Analysis> {
  const { parsed, roots } = await readOutputs(deps, caller, patch)
  refuseDetails(parsed.faults)
  const givesTree = patch.outputs !== undefined || patch.output !== undefined
  return await inTurnIfMany(parsed.nodes.length, async () => {
    const look = await lookAtTree(deps, caller, parsed, roots, options)
    return await writeOnce(deps.db, caller, async (trx) => {
      const row = await analysisRepository.lockAnalysis(trx, caller.orgId, id)
      if (row === undefined) throw new AppError('not_found', 'Analysis not found')
      const isNewTree = givesTree && (await replaceOutputs(trx, caller, row, parsed, look))
      const facts: analysisRepository.ChangeableFacts = {
        status: patch.status ?? row.status,
        outputs: isNewTree ? parsed.shape : row.outputs,
        output: isNewTree ? (patch.output ?? null) : (patch.output ?? row.output),
        meta: patch.meta === undefined ? row.meta : mergePatch(row.meta, patch.meta),
        active: patch.active ?? row.active,
        timestampCompleted: completedAt(patch, row),
      }
      if (isNewTree || saysSomethingNew(row, facts)) {
        await analysisRepository.updateAnalysis(trx, caller.orgId, id, facts)
        const details = { fields: Object.keys(patch) }
        await recordAudit(trx, caller, { action: 'analysis.update', subject: `analysis ${id}`, details })
      }
      return await getAnalysis(trx, caller, id, options)
    })
  })
}

export async function getAnalysis(db: Db, caller: Caller, id: number, show: ShowQuery): Promise<Analysis> {
  const [analysis] = await readAnalyses(db, caller.orgId, [{ id, show }])
  if (analysis === undefined) throw new AppError('not_found', 'Analysis not found')
  return analysis
}

/** Looks again now; whatever is not there is watched anew. */
export async function verifyAnalysis(
  deps: AnalysisDeps,
  caller: Caller,
  id: number,
  options: ShowQuery,
): Promise<Analysis> {
  const rows = await listOutputs(deps.db, caller.orgId, [id])
  return await inTurnIfMany(rows.length, async () => {
    const paths = rows.map((row) => row.path)
    const look = await lookAtOutputs(deps.lookAt, caller.orgId, paths)
    return await inTransaction(deps.db, async (trx) => {
      await recordFiles(trx, caller.orgId, look.files, look.seenAt, { watch: false })
      const fileIds = [...new Set(rows.map((row) => row.file_id))]
      const waitedFor = await findWaitedFor(trx, caller.orgId, fileIds)
      await watchFiles(trx, caller.orgId, waitedFor, look.seenAt)
      await recordAudit(trx, caller, { action: 'analysis.verify', subject: `analysis ${id}` })
      return await getAnalysis(trx, caller, id, options)
    })
  })
}

/** The tree that a request gives, taken apart; and the roots by which it was read. */
async function readOutputs(
  { rootsOf }: AnalysisDeps,
  { orgId }: Caller,
  { outputs, output }: Pick<AnalysisInput, 'outputs' | 'output'>,
): Promise<{ parsed: ParsedOutputs; roots: string[] }> {
  const roots = await rootsOf(orgId)
  const isOutput = output !== undefined && (outputs ?? null) === null
  const parsed = isOutput ? parseOutputs(output, roots, 'output') : parseOutputs(outputs ?? null, roots)
  refuseTooMany(parsed.nodes.length, 'outputs', 'register them as several analyses')
  if (output !== undefined && !isOutput) {
    parsed.faults.push({ field: 'output', message: 'is given beside outputs; give one of the two' })
  }
  return { parsed, roots }
}

async function lookAtTree(
  { lookAt }: AnalysisDeps,
  { orgId }: Caller,
  parsed: ParsedOutputs,
  roots: string[],
  { unreachable }: RegisterQuery,
): Promise<OutputLook> {
  const look = await lookAtOutputs(
    lookAt,
    orgId,
    parsed.nodes.map((node) => node.address),
    roots,
  )
  if (unreachable === 'refuse') refuseUnreachable(parsed, look)
  return look
}

/** False where the tree stands as it was sent. */
async function replaceOutputs(
  trx: Trx,
  { orgId }: Caller,
  row: AnalysisRow,
  parsed: ParsedOutputs,
  look: OutputLook,
): Promise<boolean> {
  await lockUses(trx, orgId, 'analysis', row.id)
  const rows = await listOutputs(trx, orgId, [row.id])
  const planned = continueOutputs(parsed.nodes, rows)
  const recorded = await recordFiles(trx, orgId, look.files, look.seenAt, { watch: false })
  if (isSameAs(planned, rows) && isSameJson(parsed.shape, row.outputs)) return false
  await deleteUses(trx, orgId, 'analysis', row.id)
  await insertOutputs(trx, orgId, [{ analysisId: row.id, planned }], recorded, look)
  return true
}

function textFaults(project: string, input: AnalysisInput): ErrorDetail[] {
  const groups = (input.sequencing_group_ids ?? []).map((id, index) => [
    `sequencing_group_ids[${index}]`,
    nameFault(id),
  ])
  return detailsOfFaults({
    project: projectFault(project),
    type: nameFault(input.type),
    author: ifGiven(input.author, nameFault),
    ...Object.fromEntries(groups),
  })
}

/** A project is named in the address, which no schema measures. */
function projectFault(name: string): string | null {
  return [...name].length > longestName ? `is longer than ${longestName} characters` : nameFault(name)
}

/** An analysis that is completed was so at some time: now, if nobody says when. */
function completedAt(given: AnalysisPatch, was: AnalysisRow | null): Date | null {
  if (given.timestamp_completed !== undefined) return new Date(given.timestamp_completed)
  return was?.timestamp_completed ?? (given.status === 'completed' ? new Date() : null)
}

function saysSomethingNew(row: AnalysisRow, facts: analysisRepository.ChangeableFacts): boolean {
  const { status, output, meta, active, timestamp_completed: timestampCompleted } = row
  const { outputs: _, ...given } = facts
  return !isSameJson({ status, output, meta, active, timestampCompleted }, given)
}

/** The order of keys counts: it is the user's. */
function isSameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
