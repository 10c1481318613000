import { listLocationRoots } from '../access/location.repository.ts'
import type { Db } from '../db/client.ts'
import { coveringRoot } from '../storage/location.ts'
import type { Store } from '../storage/store.ts'
import type { Stores } from '../storage/stores.ts'
import type { Uploads } from './uploads.ts'

/** The store of the org's location that covers a path; null where none does, or none can be driven. */
export async function coveringStore(
  deps: { db: Db; stores: Stores },
  orgId: number,
  path: string,
): Promise<Store | null> {
  const root = coveringRoot(await listLocationRoots(deps.db, orgId), path)
  return root === null ? null : deps.stores.storeFor(root)
}

/** `coveringStore`, or the private store where the org uploaded what is at the path. */
export async function readableStore(
  deps: { db: Db; stores: Stores; uploads: Uploads },
  orgId: number,
  path: string,
): Promise<Store | null> {
  const { stores, uploads } = deps
  if ((await uploads.among(orgId, [path])).has(path)) return stores.storeFor(uploads.storeRoot)
  return await coveringStore(deps, orgId, path)
}
