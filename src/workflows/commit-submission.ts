import type { Caller } from '../access/caller.ts'
import type { Run } from '../contract/run.ts'
import { onOneConnection } from '../db/transaction.ts'
import { findSameContent, type SameContent } from '../files/same-content.repository.ts'
import { createSharedWriter } from '../idempotency/write-together.ts'
import { createGatherers } from '../lib/gather.ts'
import { privateFolder } from '../storage/private-folder.ts'
import type { CurrentLibraryFile } from './library.repository.ts'
import type { Received, ReceivedFile } from './receive-submission.ts'
import { recordSubmissions } from './record-submissions.ts'
import {
  type Announced,
  abandonSubmission,
  type FileToStore,
  type StoreDeps,
  storeAnnounced,
  storeFolder,
  temporariesOf,
} from './stored-submission.ts'
import { insertIntents, passOverNumbers } from './submission-intent.repository.ts'
import type { WorkflowRow } from './workflow.repository.ts'

/** A submission without a fault. */
export interface Submission {
  caller: Caller
  workflow: WorkflowRow
  received: Received
  /** Those that the steps name, as they were when the submission was checked. */
  libraryFiles: ReadonlyMap<string, CurrentLibraryFile>
  /** What the caller's `Idempotency-Key` stands for. */
  content: unknown
}

type KeptFile = ReceivedFile & Pick<FileToStore, 'kept'>
export type SubmittedFile = KeptFile & FileToStore & { same: SameContent | null }
export type CommitSubmission = (submission: Submission) => Promise<Run>

/** Submissions of an org that come at the same moment share their statements. */
const together = { lanes: 1, most: 64 }

/** Bytes first, then all rows in one transaction, which the intent between the two ties together. */
export function createCommit(deps: StoreDeps): CommitSubmission {
  const announce = createGatherers(
    (orgId: number, submissions: KeptFile[][]) => announceAll(deps, orgId, submissions),
    together,
  )
  const record = createSharedWriter(deps.db, recordSubmissions, {
    ...together,
    contentOf: ({ content }) => content,
  })
  return async (submission) => {
    const { caller, received } = submission
    const kept = received.files.flatMap(({ kept, ...file }) => (kept === null ? [] : { ...file, kept }))
    const { intent, stored } = await storeAnnounced(deps, async (passOver) => {
      if (passOver > 0) await passOverNumbers(deps.db, passOver)
      return await announce(caller.orgId, kept)
    })
    let isMade = false
    try {
      const run = await record({ ...submission, intent, stored })
      isMade = caller.once?.outcome !== 'replayed'
      return run
    } finally {
      if (!isMade) await abandonSubmission(deps, intent)
    }
  }
}

/** Says before a byte is in its place where those of each submission will be. */
async function announceAll(
  { db, store }: StoreDeps,
  orgId: number,
  submissions: readonly KeptFile[][],
): Promise<Announced<SubmittedFile>[]> {
  const contents = submissions.flat().map(({ kept }) => kept)
  const folder = privateFolder(store.root, 'submissions', orgId)
  const newIntents = submissions.map((files) => ({
    names: files.map(nameOf),
    temporaryPaths: temporariesOf(files),
  }))
  const [same, intents] = await onOneConnection(db, (connection) =>
    Promise.all([
      findSameContent(connection, orgId, storeFolder(store), contents),
      insertIntents(connection, orgId, folder, newIntents),
    ]),
  )
  return submissions.map((files, index) => {
    const intent = intents[index]
    if (intent === undefined)
      throw new Error(`${intents.length} intents for ${submissions.length} submissions`)
    const sameOfEach = same.splice(0, files.length)
    const placed = files.map((file, place) => ({
      ...file,
      path: intent.paths[place] ?? '',
      same: sameOfEach[place] ?? null,
    }))
    return { intent, files: placed }
  })
}

function nameOf({ slot, storedName }: KeptFile): string {
  return slot === null ? `primary/${storedName}` : `aux/${slot}/${storedName}`
}
