import type { Db } from '../db/client.ts'
import { AppError } from '../errors.ts'
import type { Logger } from '../lib/logger.ts'
import { privateFolder } from '../storage/private-folder.ts'
import type { FileFacts, KnownContent, Store } from '../storage/store.ts'
import {
  abandonIntent,
  deleteIntent,
  insertIntent,
  type SubmissionIntent,
} from './submission-intent.repository.ts'

/*
 * How the bytes of a submission and its rows come to stand together, or not at all. Whatever dies where:
 *
 * | what stands                        | what a death leaves behind, and who takes it away                 |
 * |------------------------------------|-------------------------------------------------------------------|
 * | temporaries                        | temporaries: the sweeper, by their age                            |
 * | + an intent that names all paths   | the same and the intent: the sweeper, by the intent's age         |
 * | + bytes at their final paths       | the same and those bytes: the sweeper, by the intent's paths      |
 * | the run, in the transaction that   | nothing                                                           |
 * | deletes the intent                 |                                                                   |
 *
 * An intent is abandoned before its bytes are deleted, and a run is made only of one that is not: neither a slow
 * server nor a commit whose answer was lost ends with rows without bytes.
 */

export interface StoreDeps {
  db: Db
  store: Store
  log: Logger
}

export interface FileToStore {
  /** Below the submission's folder. */
  name: string
  temporaryPath: string
  sameAs: KnownContent | null
}

export interface StoredFile {
  path: string
  facts: FileFacts
}

/** Moves the files to the final paths that a new intent names. The temporaries are the intent's from then on. */
export async function storeSubmission(
  deps: StoreDeps,
  orgId: number,
  files: readonly FileToStore[],
): Promise<{ intent: SubmissionIntent; stored: StoredFile[] }> {
  const { db, store } = deps
  const intent = await insertIntent(db, {
    orgId,
    folder: submissionsFolder(store, orgId),
    names: files.map((file) => file.name),
    temporaryPaths: files.map((file) => file.temporaryPath),
  })
  // All are waited for, so that nothing still moves when the others are taken back.
  const moves = await Promise.allSettled(
    files.map(async ({ temporaryPath, sameAs }, index) => {
      const path = intent.paths[index] ?? ''
      const facts = await store.moveInPlace(temporaryPath, path, {
        ifAbsent: true,
        ...(sameAs && { sameAs }),
      })
      return { path, facts }
    }),
  )
  const failed = moves.find((move) => move.status === 'rejected')
  if (failed !== undefined) {
    await abandonSubmission(deps, intent)
    throw lostOnTheWay(failed.reason)
  }
  return { intent, stored: moves.flatMap((move) => (move.status === 'fulfilled' ? move.value : [])) }
}

/** Where the files of the org's submissions are; files of no other org ever are. */
export function submissionsFolder({ root }: Pick<Store, 'root'>, orgId: number): string {
  return privateFolder(root, 'submissions', orgId)
}

/** Takes back what was stored, unless its run was made after all. What cannot be done now is left to the sweeper. */
export async function abandonSubmission(deps: StoreDeps, intent: SubmissionIntent): Promise<void> {
  try {
    if (await abandonIntent(deps.db, intent)) await clearIntent(deps, intent)
  } catch (error) {
    const { submissionId } = intent
    deps.log.warn({ err: error, submissionId }, 'A submission that failed is left to the sweeper')
  }
}

/** Of an intent that is abandoned. Temporaries first: without them nothing can come to the final paths any more. */
export async function clearIntent(
  { db, store }: Omit<StoreDeps, 'log'>,
  intent: SubmissionIntent,
): Promise<void> {
  for (const path of intent.temporaryPaths) await store.delete(path)
  for (const path of intent.paths) await store.delete(path)
  await deleteIntent(db, intent)
}

/** That a temporary was swept, or that something is at a path of ours, is no fault of the request. */
function lostOnTheWay(error: unknown): unknown {
  if (!(error instanceof AppError) || (error.code !== 'not_found' && error.code !== 'conflict')) return error
  return new AppError('unavailable', 'The files of the submission could not be stored; send it again', {
    cause: error,
  })
}
