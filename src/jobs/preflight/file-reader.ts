import { AppError } from '../../errors.ts'
import { ofLength } from '../../lib/of-length.ts'
import { createCover } from '../../storage/location.ts'
import type { FileFacts, Store } from '../../storage/store.ts'
import type { Stores } from '../../storage/stores.ts'
import type { Sights } from './sights.ts'

/** What could not be read, and why, as a sentence; `absent` where somebody looked and it was not there. */
export interface Unread {
  state: 'absent' | 'unseen' | 'too_large'
  reason: string
}
export type ReadFile = <T>(
  path: string,
  read: (content: AsyncIterable<Uint8Array>) => Promise<T>,
) => Promise<{ state: 'read'; value: T } | Unread>

const megabyte = 1_048_576
const maxFileBytes = 64 * megabyte
/** Of all files that one pre-flight reads. */
const maxBytes = 1_024 * megabyte

/** Reads files as streams, through the stores that cover them. Look at them first; never throws. */
export function createFileReader(stores: Stores, roots: readonly string[], sights: Sights): ReadFile {
  const coverOf = createCover(roots)
  let leftBytes = maxBytes
  return async (path, read) => {
    const look = sights.at(path)
    if (look.state !== 'present') {
      return { state: look.state === 'absent' ? 'absent' : 'unseen', reason: look.reason }
    }
    if (look.kind === 'directory') return { state: 'absent', reason: 'There is a directory at this path' }
    const { sizeBytes } = look.facts
    if (sizeBytes > maxFileBytes) {
      const reason = `It has more than the ${maxFileBytes / megabyte} MB that a pre-flight reads`
      return { state: 'too_large', reason }
    }
    leftBytes -= sizeBytes
    if (leftBytes < 0) {
      const reason = `The files of this job have more than the ${maxBytes / megabyte} MB that one pre-flight reads`
      return { state: 'too_large', reason }
    }
    const root = coverOf(path)
    const store = root === null ? null : stores.storeFor(root)
    if (store === null) return { state: 'unseen', reason: 'No location of this org covers this path' }
    try {
      return { state: 'read', value: await read(contentOf(store, path, look.facts)) }
    } catch (error) {
      const reason = error instanceof AppError ? error.message : 'It broke off or changed while it was read'
      return { state: 'unseen', reason }
    }
  }
}

async function* contentOf(store: Store, path: string, { sizeBytes, generation }: FileFacts) {
  if (sizeBytes === 0) return
  const pinned = generation === null ? {} : { generation }
  const stream = await store.readRange(path, { start: 0, end: sizeBytes - 1, ...pinned })
  yield* ofLength(sizeBytes, stream) as AsyncIterable<Uint8Array>
}
