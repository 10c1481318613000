import type { FileHandle } from 'node:fs/promises'
import { crc32c } from '@node-rs/crc32'
import { checksumFromNumber, createContentHash } from '../lib/content-hash.ts'
import { noContent } from './content-errors.ts'
import type { FileFacts, Store } from './store.ts'

const chunkBytes = 256 * 1024

/** CRC32C of an open file's first `sizeBytes`, in memory that does not grow with them. */
export async function checksumOfHandle(handle: FileHandle, sizeBytes: number): Promise<string> {
  const buffer = Buffer.allocUnsafe(Math.min(chunkBytes, sizeBytes))
  let value = 0
  for (let position = 0; position < sizeBytes; ) {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, position)
    if (bytesRead === 0) break
    value = crc32c(buffer.subarray(0, bytesRead), value)
    position += bytesRead
  }
  return checksumFromNumber(value)
}

export interface ComputedChecksums {
  sizeBytes: number
  crc32c: string
  sha256: string
  /** Equal generations before and after mean that these are the checksums of that generation. */
  before: FileFacts
  after: FileFacts
}

/** Reads all of a file for its checksums, for a background task. Throws `not_found` or `unavailable` as content reads do. */
export async function computeChecksums(
  store: Store,
  path: string,
  options: { signal?: AbortSignal } = {},
): Promise<ComputedChecksums> {
  const before = await factsOrThrow(store, path, options)
  const hash = createContentHash()
  for await (const chunk of await store.readRange(path, options)) hash.update(chunk as Buffer)
  const after = await factsOrThrow(store, path, options)
  return { ...hash.digest(), before, after }
}

async function factsOrThrow(
  store: Store,
  path: string,
  options: { signal?: AbortSignal },
): Promise<FileFacts> {
  const look = await store.stat(path, options)
  if (look.state !== 'present') throw noContent(path, look)
  return look.facts
}
