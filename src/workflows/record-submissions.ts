import { recordAudits } from '../access/audit.ts'
import type { Run } from '../contract/run.ts'
import type { Trx } from '../db/client.ts'
import { AppError } from '../errors.ts'
import { insertUses, type NewUse } from '../files/file-use.repository.ts'
import { type RecordedFile, recordFiles } from '../files/record-files.ts'
import type { Submission, SubmittedFile } from './commit-submission.ts'
import {
  insertRunFiles,
  insertRunFindings,
  insertRuns,
  type NewRun,
  type NewRunFile,
} from './run.repository.ts'
import { runFromRows } from './run-from-rows.ts'
import { fileToRecord, type Stored } from './stored-submission.ts'
import { redeemIntents, type SubmissionIntent } from './submission-intent.repository.ts'

/** A submission whose bytes are in their places. */
export interface StoredSubmission extends Submission {
  intent: SubmissionIntent
  stored: readonly Stored<SubmittedFile>[]
}

/** Runs, and the files that each pins: in as many statements for all of them as for one. */
export async function recordSubmissions(
  trx: Trx,
  orgId: number,
  submissions: readonly StoredSubmission[],
): Promise<Run[]> {
  const intents = submissions.map(({ intent }) => intent)
  const stored = submissions.flatMap((submission) => submission.stored)
  const [areRedeemed, madeAt, recorded] = await Promise.all([
    redeemIntents(trx, orgId, intents),
    insertRuns(trx, orgId, submissions.map(newRun)),
    recordFiles(trx, orgId, stored.map(fileToRecord), new Date(), { areNew: true }),
  ])
  if (!areRedeemed) throw givenUp(intents)
  const pinned = filesToPin(submissions, recorded)
  await Promise.all([
    insertUses(trx, orgId, pinned.map(useOf)),
    insertRunFiles(trx, pinned),
    insertRunFindings(trx, submissions.flatMap(findingsOf)),
    recordAudits(trx, submissions.map(launched)),
  ])
  return submissions.map((submission) => {
    const files = pinned.filter(({ runId }) => runId === submission.intent.submissionId)
    return runAsRecorded(submission, files, madeAt)
  })
}

function newRun({ caller, workflow, received, intent }: StoredSubmission): NewRun {
  return {
    id: intent.submissionId,
    tokenId: caller.tokenId,
    workflowId: workflow.id,
    workflowVersion: workflow.version,
    name: received.name,
    metadata: received.metadata,
    steps: workflow.definition.steps,
  }
}

function findingsOf({ intent, received }: StoredSubmission) {
  return received.findings.map((finding) => ({ ...finding, runId: intent.submissionId }))
}

function launched({ caller, workflow, intent }: StoredSubmission) {
  const details = { workflow: workflow.slug, version: workflow.version }
  return { actor: caller, action: 'run.launch', subject: `run ${intent.submissionId}`, details }
}

/** Of several, each is tried alone then, and the one that it was is told. */
function givenUp({ length }: readonly SubmissionIntent[]): Error {
  if (length > 1) return new Error(`One of ${length} submissions was given up`)
  return new AppError('unavailable', 'The submission took too long and was given up; send it again')
}

type PinnedFile = NewRunFile & Pick<NewUse, 'versionId' | 'place'> & ContentSum & { path: string }

/** What each run takes in: its own files, then those of the library as they were when it was checked. */
function filesToPin(
  submissions: readonly StoredSubmission[],
  recorded: ReadonlyMap<string, RecordedFile>,
): PinnedFile[] {
  return submissions.flatMap((submission) =>
    [
      ...submission.stored.map((file) => ownFile(file, recorded.get(file.path))),
      ...libraryFiles(submission),
    ].map((file, position) => ({ ...file, position, runId: submission.intent.submissionId })),
  )
}

function useOf({ runId, fileId, versionId, place }: PinnedFile): NewUse {
  return { fileId, versionId, direction: 'in', subjectKind: 'run', subjectId: runId, place }
}

interface ContentSum {
  sizeBytes: number
  sha256: string
}

function ownFile(file: Stored<SubmittedFile>, recorded: RecordedFile | undefined) {
  const { slot, originalName, fileType, same, path, kept } = file
  if (recorded === undefined) throw new Error(`recordFiles left out "${path}"`)
  const { fileId, versionId } = recorded
  const { sizeBytes, sha256 } = kept
  const role: NewRunFile['role'] = slot === null ? 'primary' : 'auxiliary'
  const sameAs = same?.fileId ?? null
  const place = slot ?? 'primary'
  return { fileId, versionId, path, sizeBytes, sha256, role, slot, originalName, fileType, sameAs, place }
}

function libraryFiles({ libraryFiles }: StoredSubmission) {
  const role: NewRunFile['role'] = 'library'
  const files = new Map([...libraryFiles.values()].map((file) => [file.fileId, file]))
  return [...files.values()].map(({ name, ...file }) => {
    return { ...file, role, slot: null, originalName: name, sameAs: null, place: `library/${name}` }
  })
}

/** What reading it would answer. */
function runAsRecorded(
  { intent, workflow, received }: StoredSubmission,
  files: readonly PinnedFile[],
  madeAt: Date,
): Run {
  const { name, metadata, findings } = received
  const waiting = { state: 'queued' as const, started_at: null, finished_at: null }
  return runFromRows(
    {
      ...waiting,
      id: intent.submissionId,
      workflow: workflow.slug,
      workflow_version: workflow.version,
      name,
      metadata,
      created_at: madeAt,
    },
    {
      files: files.map((file) => ({
        file_id: file.fileId,
        slot: file.slot,
        role: file.role,
        direction: 'in',
        original_filename: file.originalName,
        file_type: file.fileType,
        size_bytes: file.sizeBytes,
        sha256: file.sha256,
        path: file.path,
        same_as: file.sameAs,
        created_at: madeAt,
      })),
      steps: workflow.definition.steps.map((step, position) => ({ ...step, ...waiting, position })),
      findings,
    },
  )
}
