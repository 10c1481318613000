import type { Caller } from '../access/caller.ts'
import type { Run, SubmissionCheck } from '../contract/run.ts'
import type { FileTypes } from '../files/file-types.ts'
import { findFirst } from '../idempotency/write-once.ts'
import type { Logger } from '../lib/logger.ts'
import type { Store } from '../storage/store.ts'
import type { CommitSubmission, Submission } from './commit-submission.ts'
import { slotsInOrder } from './definition.ts'
import { fileFaults } from './file-faults.ts'
import { type FindWorkflow, findNamedLibraryFiles, type WorkflowDeps } from './read-workflows.ts'
import { type Keep, passOver } from './receive-file.ts'
import { type Received, receiveSubmission } from './receive-submission.ts'
import { contentOf, readContentAgain, type SentFile, type SubmissionContent } from './submission-content.ts'
import { refusalOf } from './submission-faults.ts'
import type { SubmissionLimits, SubmittedParts } from './submitted-part.ts'
import { createTemporaries, ofPrivateStore } from './temporaries.ts'
import type { WorkflowRow } from './workflow.repository.ts'

export interface LaunchDeps extends WorkflowDeps {
  fileTypes: FileTypes
  limits: SubmissionLimits
  findWorkflow: FindWorkflow
  /** What takes submissions; null where there is no driver for the private store. */
  intake: { store: Store; commit: CommitSubmission } | null
  log: Logger
}

/**
 * Takes a submission in and queues its run. The bytes stream into temporaries while they are counted and checked; with
 * any fault, and where a first answer to the caller's key is given again, none of them stays.
 */
export async function launchRun(
  deps: LaunchDeps,
  caller: Caller,
  key: string,
  parts: SubmittedParts,
): Promise<Run> {
  const { db, log } = deps
  // Whoever asks again is answered before the workflow is looked at: it may have changed or be gone since.
  const first = await findFirst<Run>(db, caller)
  if (first !== undefined) return first(await readContentAgain(parts, deps.limits))
  const { store, commit } = ofPrivateStore(deps.intake)
  const workflow = await deps.findWorkflow(caller, key)
  const temporaries = createTemporaries(store, log)
  try {
    const { received, libraryFiles } = await receive(deps, caller, workflow, parts, temporaries.keep)
    const [fault, ...others] = received.faults
    if (fault !== undefined) throw refusalOf([fault, ...others])
    const content = contentOfReceived(received)
    const run = await commit({ caller, workflow, received, libraryFiles, content })
    temporaries.release()
    return run
  } finally {
    await temporaries.remove()
  }
}

/** What launching would say, without storing anything. */
export async function checkSubmission(
  deps: LaunchDeps,
  caller: Caller,
  key: string,
  parts: SubmittedParts,
): Promise<SubmissionCheck> {
  const workflow = await deps.findWorkflow(caller, key)
  const { faults } = (await receive(deps, caller, workflow, parts, passOver)).received
  const details = faults.map(({ field, message }) => ({ field, message }))
  return { acceptable: details.length === 0, details }
}

/** All faults of the parts, and of what should be among them: primary file first, then slots in their order. */
async function receive(
  deps: LaunchDeps,
  caller: Caller,
  { definition }: WorkflowRow,
  parts: SubmittedParts,
  keep: Keep,
): Promise<Pick<Submission, 'received' | 'libraryFiles'>> {
  const { fileTypes, limits, validators } = deps
  const received = await receiveSubmission(parts, { definition, fileTypes, limits }, keep)
  const libraryFiles = await findNamedLibraryFiles(deps, deps.db, caller, [definition])
  received.faults.push(...fileFaults(definition, received, { validators, libraryFiles }))
  const order = [null, ...slotsInOrder(definition).map(({ slug }) => slug)]
  received.files.sort((a, b) => order.indexOf(a.slot) - order.indexOf(b.slot))
  return { received, libraryFiles }
}

function contentOfReceived({ files, name, metadata }: Received): SubmissionContent {
  const sent = files.map(({ slot, sentName, kept }): SentFile => {
    return [slot, sentName, kept?.sizeBytes ?? 0, kept?.sha256 ?? '']
  })
  return contentOf({ name, metadata, files: sent })
}
