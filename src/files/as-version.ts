import type { Db } from '../db/client.ts'
import { AppError } from '../errors.ts'
import { type FileFacts as SeenFacts, type Store, smallFileBytes } from '../storage/store.ts'
import { findFilesById } from './file.repository.ts'
import { findVersionFacts } from './file-query.repository.ts'
import { type FileFacts, noFacts, sameBytes } from './file-state.ts'

/** What is at a file's path now. */
export interface PresentFile {
  fileId: number
  path: string
  /** Under which it is saved. */
  name: string
  store: Store
  facts: SeenFacts
  isUpload: boolean
}

/** The file where these are the newest version's bytes. Throws `conflict` where they are others, or nobody saw any. */
export async function asNewestVersion(
  db: Db,
  orgId: number,
  present: PresentFile,
): Promise<PresentFile & { versionId: number }> {
  const { versionId = null, version = null } = (await findFilesById(db, orgId, [present.fileId]))[0] ?? {}
  const facts = version === null ? null : await factsIfSame(present, version)
  if (facts !== null && versionId !== null) return { ...present, facts, versionId }
  throw new AppError(
    'conflict',
    `"${present.path}" is not what the ledger last saw there; have it looked at with POST /api/v1/files/verify`,
  )
}

/** The file where these are the version's bytes, else null. */
export async function asVersion(
  db: Db,
  orgId: number,
  file: PresentFile,
  versionId: number,
): Promise<PresentFile | null> {
  const version = await findVersionFacts(db, orgId, versionId)
  if (version?.fileId !== file.fileId) return null
  const facts = await factsIfSame(file, version)
  return facts === null ? null : { ...file, facts }
}

/**
 * What is there now where it is the same as what was seen, else null. A file may have been touched and not changed: then
 * its checksum tells, as far as it is at hand or soon read; that of an upload is read however large it is, since after a
 * backup was restored all are touched.
 */
export async function factsIfSame(
  { store, path, facts, isUpload }: Pick<PresentFile, 'store' | 'path' | 'facts' | 'isUpload'>,
  seen: FileFacts,
): Promise<SeenFacts | null> {
  if (seen.sizeBytes !== facts.sizeBytes) return null
  if (seen.generation !== null && seen.generation === facts.generation) return facts
  const look =
    facts.crc32c === null
      ? await store.stat(path, { checksumUpToBytes: isUpload ? Number.POSITIVE_INFINITY : smallFileBytes })
      : { state: 'present' as const, facts }
  return look.state === 'present' && sameBytes(seen, { ...noFacts, ...look.facts }) ? look.facts : null
}
