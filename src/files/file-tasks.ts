import type { Db } from '../db/client.ts'
import type { TaskPayload } from '../db/queue.ts'
import type { TaskHandlers } from '../db/queue-worker.ts'
import { inTransaction } from '../db/transaction.ts'
import { AppError } from '../errors.ts'
import { computeChecksums } from '../storage/checksums.ts'
import { coveringStore } from './covering-store.ts'
import * as fileRepository from './file.repository.ts'
import type { FileContentDeps } from './file-content.ts'
import type { Looker } from './look-at.ts'
import { fileTaskNames, recordFiles } from './record-files.ts'

export interface FileTaskDeps extends FileContentDeps {
  lookAt: Looker
}

const longestPauseSeconds = 86_400

/** What the ledger leaves to the worker. Each task may run twice: it finds its work done and ends. */
export function fileTasks(deps: FileTaskDeps): TaskHandlers {
  return {
    async [fileTaskNames.checksum](payload, { signal }) {
      const { org_id: orgId, version_id: versionId } = numbersOf(payload, ['org_id', 'version_id'])
      await computeVersionChecksums(deps, orgId, versionId, signal)
    },
    async [fileTaskNames.verify](payload) {
      const { org_id: orgId, pause_seconds: pause } = numbersOf(payload, ['org_id', 'pause_seconds'])
      const ids = Array.isArray(payload.file_ids) ? payload.file_ids.map(Number) : []
      await verifyByIds(deps, orgId, ids, { recheckSeconds: Math.min(pause * 2, longestPauseSeconds) })
    },
  }
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
  const store = await coveringStore(deps, orgId, version.path)
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
  else await verifyByIds(deps, orgId, [version.file_id])
}

async function verifyByIds(
  deps: { db: Db; lookAt: Looker },
  orgId: number,
  ids: number[],
  options: { recheckSeconds?: number } = {},
): Promise<void> {
  const known = await fileRepository.findFilesById(deps.db, orgId, ids)
  const { files } = await deps.lookAt(orgId, known)
  await inTransaction(deps.db, (trx) => recordFiles(trx, orgId, files, new Date(), options))
}

function numbersOf<K extends string>(payload: TaskPayload, keys: K[]): Record<K, number> {
  const entries = keys.map((key) => {
    const value = payload[key]
    if (typeof value !== 'number') throw new TypeError(`The task has no number "${key}"`)
    return [key, value] as const
  })
  return Object.fromEntries(entries) as Record<K, number>
}
