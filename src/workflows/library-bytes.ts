import type { Db } from '../db/client.ts'
import { AppError } from '../errors.ts'
import { factsIfSame } from '../files/as-version.ts'
import { findVersionFacts } from '../files/file-query.repository.ts'
import type { Store } from '../storage/store.ts'
import type { LibraryFileRow } from './library.repository.ts'

/** Whether the bytes of a library file still are where they were stored. Throws `unavailable` where the store does not tell. */
export async function hasLibraryBytes(
  db: Db,
  store: Store,
  orgId: number,
  { path, version_id: versionId }: LibraryFileRow,
): Promise<boolean> {
  const look = await store.stat(path)
  if (look.state === 'absent') return false
  if (look.state !== 'present') throw new AppError('unavailable', `${look.reason}: "${path}"`)
  const version = await findVersionFacts(db, orgId, versionId)
  if (version === undefined) return false
  return (await factsIfSame({ store, path, facts: look.facts, isUpload: true }, version)) !== null
}
