import { recordAudit } from '../access/audit.ts'
import type { Caller } from '../access/caller.ts'
import type { Run } from '../contract/run.ts'
import type { Trx } from '../db/client.ts'
import { AppError } from '../errors.ts'
import { insertUses } from '../files/file-use.repository.ts'
import { recordFiles } from '../files/record-files.ts'
import { findSameContent } from '../files/same-content.repository.ts'
import { writeOnce } from '../idempotency/write-once.ts'
import type { WrittenTemporary } from '../storage/store.ts'
import type { Received } from './receive-submission.ts'
import { insertRun, insertRunFiles, insertRunFindings } from './run.repository.ts'
import { getRun } from './run.service.ts'
import {
  abandonSubmission,
  fileToRecord,
  type StoreDeps,
  type StoredFile,
  storeFolder,
  storeSubmission,
} from './stored-submission.ts'
import { redeemIntent, type SubmissionIntent } from './submission-intent.repository.ts'
import type { WorkflowRow } from './workflow.repository.ts'

interface Accepted {
  workflow: WorkflowRow
  received: Received
  /** What the caller's `Idempotency-Key` stands for. */
  content: unknown
}

/** One file on its way from its temporary to the ledger. */
interface Kept {
  slot: string | null
  originalName: string
  storedName: string
  fileType: string | null
  written: WrittenTemporary
  sameAs: number | null
}

/** Bytes first, then all rows in one transaction, which the intent between the two ties together. */
export async function commitSubmission(deps: StoreDeps, caller: Caller, accepted: Accepted): Promise<Run> {
  const { db, store } = deps
  const files = accepted.received.files.flatMap(({ written, ...file }) =>
    written === null ? [] : { ...file, written },
  )
  const same = await findSameContent(
    db,
    caller.orgId,
    storeFolder(store),
    files.map((file) => file.written),
  )
  const kept: Kept[] = files.map((file, index) => ({ ...file, sameAs: same[index]?.fileId ?? null }))
  const { intent, stored } = await storeSubmission(
    deps,
    caller.orgId,
    kept.map(({ slot, storedName, written }, index) => {
      const earlier = same[index]
      return {
        name: slot === null ? `primary/${storedName}` : `aux/${slot}/${storedName}`,
        temporaryPath: written.path,
        sameAs: earlier?.generation ? { path: earlier.path, generation: earlier.generation } : null,
      }
    }),
  )
  let isMade = false
  try {
    const run = await writeOnce(
      db,
      caller,
      (trx) => recordRun(trx, caller, accepted, { intent, stored, kept }),
      accepted.content,
    )
    isMade = caller.once?.outcome !== 'replayed'
    return run
  } finally {
    if (!isMade) await abandonSubmission(deps, intent)
  }
}

interface InPlace {
  intent: SubmissionIntent
  stored: readonly StoredFile[]
  kept: readonly Kept[]
}

async function recordRun(
  trx: Trx,
  caller: Caller,
  { workflow, received }: Accepted,
  { intent, stored, kept }: InPlace,
): Promise<Run> {
  if (!(await redeemIntent(trx, intent))) {
    throw new AppError('unavailable', 'The submission took too long and was given up; send it again')
  }
  const { orgId, tokenId } = caller
  const { submissionId: id } = intent
  const { name, metadata, findings } = received
  const { steps } = workflow.definition
  await insertRun(trx, {
    id,
    orgId,
    tokenId,
    workflowId: workflow.id,
    workflowVersion: workflow.version,
    name,
    metadata,
    steps,
  })
  const files = stored.map((file, index) => fileToRecord(file, kept[index]?.written))
  const recorded = await recordFiles(trx, orgId, files, new Date())
  const useIds = await insertUses(
    trx,
    orgId,
    stored.map(({ path }, index) => {
      const file = recorded.get(path)
      if (file === undefined) throw new Error(`recordFiles left out "${path}"`)
      const { fileId, versionId } = file
      const place = kept[index]?.slot ?? 'primary'
      return { fileId, versionId, direction: 'in', subjectKind: 'run', subjectId: id, place }
    }),
  )
  await insertRunFiles(
    trx,
    id,
    kept.map(({ slot, originalName, fileType, sameAs }, index) => ({
      useId: useIds[index] ?? 0,
      slot,
      role: slot === null ? 'primary' : 'auxiliary',
      originalName,
      fileType,
      sameAs,
    })),
  )
  await insertRunFindings(trx, id, findings)
  await recordAudit(trx, caller, {
    action: 'run.launch',
    subject: `run ${id}`,
    details: { workflow: workflow.slug, version: workflow.version },
  })
  return await getRun(trx, caller, id)
}
