import { recordAudit } from '../access/audit.ts'
import type { Caller } from '../access/caller.ts'
import type { Kase, KaseOutputsInput } from '../contract/job.ts'
import type { Db, Trx } from '../db/client.ts'
import { AppError } from '../errors.ts'
import { insertUses, type NewUse } from '../files/file-use.repository.ts'
import type { Looker } from '../files/look-at.ts'
import { inTurnIfMany } from '../files/many-files.ts'
import { type RecordedFile, recordFiles } from '../files/record-files.ts'
import { watchFiles } from '../files/watch-files.ts'
import { writeOnce } from '../idempotency/write-once.ts'
import type { Stores } from '../storage/stores.ts'
import * as auxFileRepository from './aux-file.repository.ts'
import { lockJob, updateJob } from './job.repository.ts'
import { jobStatusOf } from './job-state.ts'
import { completeKase, countKases, type FoundKase, findKase } from './kase.repository.ts'
import { type OutputFile, outputFiles } from './output-files.ts'
import { getKase } from './read-jobs.ts'

export interface KaseOutputsDeps {
  db: Db
  stores: Stores
  lookAt: Looker
}

/** A file of a report, and what the ledger knows of it now. */
interface RecordedOutput extends OutputFile {
  fileId: number
  versionId: number | null
  lastEventId: number | null | undefined
  /** When it was last modified, as far as is known of that version. */
  versionTime: Date | null
  /** Its store was asked, so that it is worth asking again. */
  wasLookedAt: boolean
}

/**
 * A simulation service's own report: files are looked at before the transaction, and all of them become outputs of the
 * kase, or none. The first report of a kase that no engine runs completes it.
 */
export async function reportOutputs(
  deps: KaseOutputsDeps,
  caller: Caller,
  kaseId: number,
  input: KaseOutputsInput,
): Promise<Kase> {
  const { orgId } = caller
  const kase = await findKase(deps.db, orgId, kaseId)
  if (kase === undefined) throw new AppError('not_found', 'Kase not found')
  const outputs = await outputFiles(deps, orgId, kase, input)
  return await inTurnIfMany(outputs.length, async () => {
    const named = outputs.map(({ path, modificationTime }) => ({ path, declaredAt: modificationTime }))
    const { files, seenAt } = await deps.lookAt(orgId, named)
    return await writeOnce(deps.db, caller, async (trx) => {
      const recorded = await recordFiles(trx, orgId, files, seenAt, { watch: false })
      const looked = new Map(files.map((file) => [file.path, file.sighting.state !== 'declared']))
      const known = outputs
        .map((output) => recordedOutput(output, recorded, looked))
        .filter(({ versionId, takenIn }) => versionId === null || versionId !== takenIn)
      const auxFileIds = await auxFileRepository.ensureAuxFiles(trx, orgId, known)
      const job = await lockJob(trx, orgId, kase.job_id)
      if (job === undefined) throw new AppError('not_found', 'Kase not found')

      const { added, changed, waiting } = await recordOutputs(trx, orgId, kase, known, auxFileIds)
      await watchFiles(trx, orgId, waiting, seenAt)
      const hasCompleted = await completeKase(trx, orgId, kaseId, job.lockedAt)
      if (hasCompleted || changed > 0) {
        const status = jobStatusOf({ ...job, kases: await countKases(trx, orgId, kase.job_id) })
        await updateJob(trx, orgId, kase.job_id, { ...job, status }, added)
      }
      const details = { files: known.length, new: added }
      await recordAudit(trx, caller, { action: 'kase.outputs', subject: `kase ${kaseId}`, details })
      return await getKase(trx, caller, kaseId)
    })
  })
}

/** Pinned is a version that was seen there, or, where nobody can look, the one that the report tells of. */
function recordedOutput(
  output: OutputFile,
  recorded: ReadonlyMap<string, RecordedFile>,
  looked: ReadonlyMap<string, boolean>,
): RecordedOutput {
  const file = recorded.get(output.path)
  if (file === undefined) throw new Error(`recordFiles left out "${output.path}"`)
  const { fileId, versionId, facts, thereAt, lastEventId } = file
  const wasLookedAt = looked.get(output.path) ?? false
  const isTold = !wasLookedAt && output.modificationTime !== null
  const pinned = thereAt || isTold ? versionId : null
  const versionTime = pinned === null ? null : (facts?.modifiedAt ?? null)
  return { ...output, fileId, versionId: pinned, versionTime, lastEventId, wasLookedAt }
}

/**
 * Uses and associations of what a report tells anew. An output that stands with the same version keeps its use; the use
 * of another version takes its place, and the earlier one stays in the ledger. Where nobody can look, only a time tells of
 * another version; and a time that is known gives way only to another.
 */
async function recordOutputs(
  trx: Trx,
  orgId: number,
  { casefile_id: casefileId }: FoundKase,
  outputs: readonly RecordedOutput[],
  auxFileIds: readonly number[],
): Promise<{ added: number; changed: number; waiting: number[] }> {
  const standing = await auxFileRepository.listOutputAssociations(trx, casefileId)
  const byAuxFile = new Map(standing.map((association) => [association.auxFileId, association]))
  let added = 0
  const rows = outputs.flatMap((output, index) => {
    const auxFileId = auxFileIds[index] ?? 0
    const was = byAuxFile.get(auxFileId)
    const position = was?.position ?? standing.length + added++
    const { modificationTime: told, versionTime } = output
    if (was === undefined) return { output, auxFileId, position, useId: null, time: told }
    if (told === null && !output.wasLookedAt) return []
    if (was.versionId !== output.versionId) {
      const time = told ?? (was.modificationTime && versionTime)
      return { output, auxFileId, position, useId: null, time }
    }
    const isSameTime = told === null || told.getTime() === was.modificationTime?.getTime()
    return isSameTime ? [] : { output, auxFileId, position, useId: was.useId, time: told }
  })
  const uses = rows.flatMap(({ output, position, useId }) =>
    useId === null ? useOf(casefileId, output, position) : [],
  )
  const useIds = uses.length === 0 ? [] : await insertUses(trx, orgId, uses)
  const associations = rows.map(({ useId, auxFileId, position, time }) => ({
    casefileId,
    auxFileId,
    position,
    useId: useId ?? useIds.shift() ?? 0,
    modificationTime: time,
  }))
  if (associations.length > 0) await auxFileRepository.saveOutputs(trx, associations)
  const waiting = outputs.filter((output) => output.versionId === null && output.wasLookedAt)
  return {
    added,
    changed: rows.length,
    waiting: [...new Set(waiting.map((output) => output.fileId))],
  }
}

function useOf(casefileId: number, output: RecordedOutput, position: number): NewUse {
  return {
    fileId: output.fileId,
    versionId: output.versionId,
    direction: 'out',
    subjectKind: 'casefile',
    subjectId: casefileId,
    place: `outputs[${position}]`,
    output: output.versionId === null ? output.path : null,
    lastEventId: output.lastEventId,
  }
}
