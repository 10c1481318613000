import type { Db } from '../db/client.ts'
import { AppError } from '../errors.ts'
import { noFacts } from '../files/file-state.ts'
import type { FileToRecord } from '../files/record-files.ts'
import type { Logger } from '../lib/logger.ts'
import { privateFolder } from '../storage/private-folder.ts'
import type { FileFacts, KnownContent, Store, WrittenTemporary } from '../storage/store.ts'
import {
  abandonIntent,
  deleteIntent,
  insertIntent,
  insertIntentAt,
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

/** As the ledger records it: seen there, with the checksums that were computed while it came. */
export function fileToRecord(
  { path, facts: { sizeBytes, generation, modifiedAt } }: StoredFile,
  written: Pick<WrittenTemporary, 'crc32c' | 'sha256'> | undefined,
): FileToRecord {
  const { crc32c = null, sha256 = null } = written ?? {}
  const facts = { ...noFacts, sizeBytes, crc32c, sha256, generation, modifiedAt }
  return { path, kind: 'file', sighting: { state: 'verified', facts } }
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
    folder: privateFolder(store.root, 'submissions', orgId),
    names: files.map((file) => file.name),
    temporaryPaths: files.map((file) => file.temporaryPath),
  })
  return { intent, stored: await moveInPlaces(deps, intent, files) }
}

/** The same for files whose paths are known before. */
export async function storeAt(
  deps: StoreDeps,
  orgId: number,
  files: readonly (Omit<FileToStore, 'name'> & { path: string })[],
): Promise<{ intent: SubmissionIntent; stored: StoredFile[] }> {
  const intent = await insertIntentAt(deps.db, {
    orgId,
    paths: files.map((file) => file.path),
    temporaryPaths: files.map((file) => file.temporaryPath),
  })
  return { intent, stored: await moveInPlaces(deps, intent, files) }
}

/** All or none; in the order of the intent's paths. */
async function moveInPlaces(
  deps: StoreDeps,
  intent: SubmissionIntent,
  files: readonly Omit<FileToStore, 'name'>[],
): Promise<StoredFile[]> {
  // All are waited for, so that nothing still moves when the others are taken back.
  const moves = await Promise.allSettled(
    files.map(async ({ temporaryPath, sameAs }, index) => {
      const path = intent.paths[index] ?? ''
      const facts = await deps.store.moveInPlace(temporaryPath, path, {
        ifAbsent: true,
        ...(sameAs && { sameAs }),
      })
      return { path, facts }
    }),
  )
  const failed = moves.find((move) => move.status === 'rejected')
  if (failed !== undefined) {
    // What was there before is not ours to delete.
    const paths = intent.paths.filter((_, index) => !isTaken(moves[index]))
    await abandonSubmission(deps, { ...intent, paths })
    throw lostOnTheWay(failed.reason)
  }
  return moves.flatMap((move) => (move.status === 'fulfilled' ? move.value : []))
}

/** The root of the store, as the paths in it begin. */
export function storeFolder({ root }: Pick<Store, 'root'>): string {
  return `${root.replace(/\/+$/u, '')}/`
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

function isTaken(move: PromiseSettledResult<unknown> | undefined): boolean {
  return move?.status === 'rejected' && move.reason instanceof AppError && move.reason.code === 'conflict'
}

/** That a temporary was swept, or that something is at a path of ours, is no fault of the request. */
function lostOnTheWay(error: unknown): unknown {
  if (!(error instanceof AppError) || (error.code !== 'not_found' && error.code !== 'conflict')) return error
  return new AppError('unavailable', 'What was sent could not be stored; send it again', {
    cause: error,
  })
}
