import { listLocationRoots } from '../access/location.repository.ts'
import type { Db } from '../db/client.ts'
import { coveringRoot } from '../storage/location.ts'
import { isInPrivateFolder } from '../storage/private-folder.ts'
import type { Store } from '../storage/store.ts'
import type { Stores } from '../storage/stores.ts'

/** The store of the org's location that covers a path; null where none does, or none can be driven. */
export async function coveringStore(
  deps: { db: Db; stores: Stores },
  orgId: number,
  path: string,
): Promise<Store | null> {
  const root = coveringRoot(await listLocationRoots(deps.db, orgId), path)
  return root === null ? null : deps.stores.storeFor(root)
}

/** `coveringStore`, or the private store where it holds the path for this org. */
export async function readableStore(
  deps: { db: Db; stores: Stores; storeRoot: string },
  orgId: number,
  path: string,
): Promise<Store | null> {
  const { stores, storeRoot } = deps
  if (isInPrivateFolder(storeRoot, orgId, path)) return stores.storeFor(storeRoot)
  return await coveringStore(deps, orgId, path)
}
