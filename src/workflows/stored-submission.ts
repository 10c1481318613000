import type { Db } from '../db/client.ts'
import { AppError } from '../errors.ts'
import { findFilesByPath } from '../files/file.repository.ts'
import { noFacts } from '../files/file-state.ts'
import type { FileToRecord } from '../files/record-files.ts'
import type { SameContent } from '../files/same-content.repository.ts'
import type { Logger } from '../lib/logger.ts'
import { type KeptContent, placeContent } from '../storage/kept-content.ts'
import type { FileFacts, Store } from '../storage/store.ts'
import {
  abandonIntent,
  deleteIntent,
  redeemIntents,
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
 * server nor a commit whose answer was lost ends with rows without bytes. A server that slept through the sweep of its
 * intent finds it gone, and deletes what it put there itself.
 */

export interface StoreDeps {
  db: Db
  store: Store
  log: Logger
}

/** Before it is known whether there is a driver for the private store; without one the store is null. */
export type OpenStoreDeps = Omit<StoreDeps, 'store'> & { store: Store | null }

export interface FileToStore {
  path: string
  kept: KeptContent
  /** An earlier file with the same bytes. */
  same: Pick<SameContent, 'path' | 'generation'> | null
}

export type Stored<F extends FileToStore> = F & { facts: FileFacts }

/** As the ledger records it: seen there, with the checksums that were computed while it came. */
export function fileToRecord({ path, kept, facts }: Stored<FileToStore>): FileToRecord {
  const { sizeBytes, generation, modifiedAt } = facts
  const { crc32c, sha256 } = kept
  return {
    path,
    kind: 'file',
    sighting: { state: 'verified', facts: { ...noFacts, sizeBytes, crc32c, sha256, generation, modifiedAt } },
  }
}

export function temporariesOf(files: readonly Pick<FileToStore, 'kept'>[]): string[] {
  return files.flatMap(({ kept }) => ('path' in kept ? kept.path : []))
}

/**
 * All or none of them to the paths that `intent` names; in their order. The temporaries are the intent's from then on.
 * Null where something is at each of the paths: then the intent ends, and the files wait for other paths.
 */
async function storeFiles<F extends FileToStore>(
  deps: StoreDeps,
  intent: SubmissionIntent,
  files: readonly F[],
): Promise<Stored<F>[] | null> {
  // All are waited for, so that nothing still moves when the others are taken back.
  const placed = await Promise.allSettled(
    files.map(async (file) => ({ ...file, facts: await place(deps.store, file) })),
  )
  const failed = placed.find((one) => one.status === 'rejected')
  if (failed === undefined) return placed.flatMap((one) => (one.status === 'fulfilled' ? one.value : []))
  if (placed.every(isTaken)) {
    await redeemIntents(deps.db, intent.orgId, [intent])
    return null
  }
  // What was there before is not ours to delete.
  const paths = intent.paths.filter((_, index) => !isTaken(placed[index]))
  await abandonSubmission(deps, { ...intent, paths })
  throw lostOnTheWay(failed.reason)
}

export interface Announced<F> {
  intent: SubmissionIntent
  files: readonly F[]
}

const mostAttempts = 20

/**
 * Stores files at paths that `announce` says before, and where those are taken at others: after the database was restored
 * from a backup, numbers are drawn again that the store has files of. It is told how many numbers to pass over.
 */
export async function storeAnnounced<F extends FileToStore>(
  deps: StoreDeps,
  announce: (passOver: number) => Promise<Announced<F>>,
): Promise<{ intent: SubmissionIntent; stored: Stored<F>[] }> {
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const { intent, files } = await announce(attempt === 0 ? 0 : 2 ** attempt)
    const stored = await storeFiles(deps, intent, files)
    if (stored !== null) return { intent, stored }
  }
  throw new AppError('unavailable', notStored)
}

async function place(store: Store, { path, kept, same }: FileToStore): Promise<FileFacts> {
  const sameAs = same?.generation ? { path: same.path, generation: same.generation } : undefined
  return await placeContent(store, kept, path, sameAs && { sameAs })
}

/** The root of the store, as the paths in it begin. */
export function storeFolder({ root }: Pick<Store, 'root'>): string {
  return `${root.replace(/\/+$/u, '')}/`
}

/** Takes back what was stored, unless its run was made after all. What cannot be done now is left to the sweeper. */
export async function abandonSubmission(deps: StoreDeps, intent: SubmissionIntent): Promise<void> {
  try {
    if (await abandonIntent(deps.db, intent)) await clearIntent(deps, intent)
    // Its run was made after all, or it was swept before its bytes came: the ledger knows.
    else await deleteUnrecorded(deps, intent)
  } catch (error) {
    const { submissionId } = intent
    deps.log.warn({ err: error, submissionId }, 'A submission that failed is left to the sweeper')
  }
}

/** Of an intent that is abandoned. Whoever still stores its files finds it gone, and takes them back. */
export async function clearIntent(deps: Omit<StoreDeps, 'log'>, intent: SubmissionIntent): Promise<void> {
  for (const path of intent.temporaryPaths) await deps.store.delete(path)
  await deleteUnrecorded(deps, intent)
  await deleteIntent(deps.db, intent)
}

/** What the ledger has is a run's or the library's, whatever an intent says. */
async function deleteUnrecorded(
  { db, store }: Omit<StoreDeps, 'log'>,
  { orgId, paths }: SubmissionIntent,
): Promise<void> {
  const recorded = new Set((await findFilesByPath(db, orgId, paths)).map(({ path }) => path))
  for (const path of paths) if (!recorded.has(path)) await store.delete(path)
}

function isTaken(placed: PromiseSettledResult<unknown> | undefined): boolean {
  return (
    placed?.status === 'rejected' && placed.reason instanceof AppError && placed.reason.code === 'conflict'
  )
}

const notStored = 'What was sent could not be stored; send it again'

/** That a temporary was swept, or that something is at a path of ours, is no fault of the request. */
function lostOnTheWay(error: unknown): unknown {
  if (!(error instanceof AppError) || (error.code !== 'not_found' && error.code !== 'conflict')) return error
  return new AppError('unavailable', notStored, {
    cause: error,
  })
}
