import type { Db } from '../db/client.ts'
import type { TaskPayload } from '../db/queue.ts'
import type { TaskHandlers } from '../db/queue-worker.ts'
import { inTransaction } from '../db/transaction.ts'
import { AppError } from '../errors.ts'
import { computeChecksums } from '../storage/checksums.ts'
import type { Stores } from '../storage/stores.ts'
import { readableStore } from './covering-store.ts'
import * as fileRepository from './file.repository.ts'
import { findWaitedFor } from './file-use.repository.ts'
import type { Looker } from './look-at.ts'
import { checksumTask, recordFiles, unansweredIn } from './record-files.ts'
import type { Uploads } from './uploads.ts'
import { watchFiles, watchTask } from './watch-files.ts'

export interface FileTaskDeps {
  db: Db
  stores: Stores
  uploads: Uploads
  lookAt: Looker
  /** How long a file that is not there, or not told of, is looked for. */
  watchForMs: number
}

/** What the ledger leaves to the worker. Each task may run twice: it finds its work done and ends. */
export function fileTasks(deps: FileTaskDeps): TaskHandlers {
  return {
    async [checksumTask](payload, { signal }) {
      await computeVersionChecksums(
        deps,
        numberOf(payload, 'org_id'),
        numberOf(payload, 'version_id'),
        signal,
      )
    },
    async [watchTask](payload) {
      const ids = Array.isArray(payload.file_ids) ? payload.file_ids.map(Number) : []
      const since = typeof payload.since === 'string' ? new Date(payload.since) : new Date()
      await lookAgain(deps, numberOf(payload, 'org_id'), ids, since)
    },
  }
}

/** What is not answered or still waited for is looked at again, until `watchForMs` have passed. */
async function lookAgain(deps: FileTaskDeps, orgId: number, ids: number[], since: Date): Promise<void> {
  const known = await fileRepository.findFilesById(deps.db, orgId, ids)
  const { files, seenAt } = await deps.lookAt(orgId, known)
  await inTransaction(deps.db, async (trx) => {
    const recorded = await recordFiles(trx, orgId, files, seenAt, { watch: false })
    if (seenAt.getTime() - since.getTime() > deps.watchForMs) return
    const waitedFor = await findWaitedFor(trx, orgId, ids)
    const watched = new Set([...unansweredIn(files, recorded), ...waitedFor])
    await watchFiles(trx, orgId, [...watched], since)
  })
}

/** Fills in what was too much to compute in passing; where the bytes are other ones by now, they become a version. */
async function computeVersionChecksums(
  deps: FileTaskDeps,
  orgId: number,
  versionId: number,
  signal: AbortSignal,
): Promise<void> {
  const version = await fileRepository.findVersion(deps.db, orgId, versionId)
  if (version === undefined || version.crc32c !== null) return
  const store = await readableStore(deps, orgId, version.path)
  if (store === null) return
  const computed = await computeChecksums(store, version.path, { signal }).catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'not_found') return null
    throw error
  })
  const sameBytes =
    computed !== null &&
    computed.before.generation === version.generation &&
    computed.after.generation === version.generation
  if (sameBytes) await fileRepository.fillChecksums(deps.db, orgId, versionId, computed)
  else await verifyById(deps, orgId, version.file_id)
}

async function verifyById(deps: FileTaskDeps, orgId: number, id: number): Promise<void> {
  const known = await fileRepository.findFilesById(deps.db, orgId, [id])
  const { files, seenAt } = await deps.lookAt(orgId, known)
  await inTransaction(deps.db, (trx) => recordFiles(trx, orgId, files, seenAt))
}

function numberOf(payload: TaskPayload, key: string): number {
  const value = payload[key]
  if (typeof value !== 'number') throw new TypeError(`The task has no number "${key}"`)
  return value
}
