import { forEachConcurrently } from '../lib/limit-concurrency.ts'
import { type ProbeResult, probe } from '../storage/probe.ts'
import type { Stores } from '../storage/stores.ts'
import type { Uploads } from './uploads.ts'

/** Disks read a few large files at a time as fast as many. */
const readAtATime = 4

/**
 * Looks at uploads, a verdict for each in their order. A large one of another generation than the ledger knows is read
 * for its checksum: after a backup was restored all are of another one, and hold the same bytes.
 */
export async function lookAtUploads(
  stores: Stores,
  { storeRoot }: Uploads,
  uploaded: ReadonlyMap<string, string | null>,
): Promise<ProbeResult> {
  const paths = [...uploaded.keys()]
  const { verdicts, calls } = await probe(stores, [storeRoot], paths)
  const store = stores.storeFor(storeRoot)
  let reads = 0
  await forEachConcurrently(paths, readAtATime, async (path, index) => {
    const verdict = verdicts[index]
    if (store === null || verdict?.state !== 'present' || verdict.facts.crc32c !== null) return
    if (verdict.facts.generation === uploaded.get(path)) return
    const onRequest = () => reads++
    const look = await store.stat(path, { checksumUpToBytes: Number.POSITIVE_INFINITY, onRequest })
    verdicts[index] = look.state === 'present' ? { ...look, kind: 'file' } : look
  })
  return { verdicts, calls: calls + reads }
}
