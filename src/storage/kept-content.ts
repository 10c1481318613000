import { Readable } from 'node:stream'
import { createContentHash } from '../lib/content-hash.ts'
import type { FileFacts, Store, WriteOptions, WrittenTemporary } from './store.ts'

/** Content of a known sum that waits for its place: held where it is small, else in a temporary of its store. */
export type KeptContent = Omit<WrittenTemporary, 'path' | 'onDisk'> &
  ({ held: Buffer } | Pick<WrittenTemporary, 'path' | 'onDisk'>)

/** Up to this size content is held: three files to make, link and delete are then one. */
const heldBytes = 64 * 1024

/** Reads all of `content`. What it throws is thrown as it is, and nothing stays behind. */
export async function keepContent(store: Store, content: AsyncIterable<Buffer>): Promise<KeptContent> {
  const chunks: Buffer[] = []
  let size = 0
  const source = content[Symbol.asyncIterator]()
  for (;;) {
    const { done, value } = await source.next()
    if (done === true) return hold(Buffer.concat(chunks, size))
    chunks.push(value)
    size += value.length
    if (size > heldBytes) return await store.writeTemporary(readOn(chunks, source))
  }
}

/** Puts it where nothing is. Once it resolves, it survives a power cut. */
export async function placeContent(
  store: Store,
  kept: KeptContent,
  path: string,
  options: WriteOptions = {},
): Promise<FileFacts> {
  if ('held' in kept) return await store.writeNew(path, kept.held, options)
  const facts = await store.moveInPlace(kept.path, path, { ...options, ifAbsent: true })
  await kept.onDisk
  return facts
}

function hold(held: Buffer): KeptContent {
  const hash = createContentHash()
  hash.update(held)
  return { held, ...hash.digest() }
}

function readOn(chunks: Buffer[], source: AsyncIterator<Buffer>): Readable {
  const all = async function* () {
    yield* chunks.splice(0)
    yield* { [Symbol.asyncIterator]: () => source }
  }
  return Readable.from(all(), { objectMode: false })
}
