import type { Db } from '../db/client.ts'
import { isInPrivateFolder } from '../storage/private-folder.ts'

/** A path at which the ledger holds a file that was uploaded. */
export interface UploadedPath {
  path: string
  /** Of its newest version. */
  generation: string | null
}

/**
 * The files of the private store. It is no location: an org looks at what it uploaded there and reads that, and gets
 * nothing else of it, by whatever path it names.
 */
export interface Uploads {
  storeRoot: string
  /** Those of the paths that are the org's uploads, each with the generation that the ledger knows. */
  among(orgId: number, paths: readonly string[]): Promise<ReadonlyMap<string, string | null>>
}

export type FindUploaded = (db: Db, orgId: number, paths: readonly string[]) => Promise<UploadedPath[]>

/** `find` is asked about paths of the org's own folders only. */
export function createUploads(deps: { db: Db; storeRoot: string; find: FindUploaded }): Uploads {
  const { db, storeRoot, find } = deps
  return {
    storeRoot,
    async among(orgId, paths) {
      const own = paths.filter((path) => isInPrivateFolder(storeRoot, orgId, path))
      const found = own.length === 0 ? [] : await find(db, orgId, own)
      return new Map(found.map(({ path, generation }) => [path, generation]))
    },
  }
}
