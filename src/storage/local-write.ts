import { randomUUID } from 'node:crypto'
import { type FileHandle, link, lstat, open, rename, unlink } from 'node:fs/promises'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { createContentHash } from '../lib/content-hash.ts'
import { alreadyThere, noContent } from './content-errors.ts'
import { errorCodeOf, writeFailed } from './local-errors.ts'
import { factsFromStats } from './local-facts.ts'
import { type Folder, openFolder } from './local-folder.ts'
import { type FileFacts, nothingThere, temporaryFolder, type WrittenTemporary } from './store.ts'

/** Writes `content` to a new file in the temporary folder of `realRoot`, on the disk when it resolves. */
export async function writeLocalTemporary(
  root: string,
  realRoot: string,
  content: Readable,
): Promise<WrittenTemporary> {
  const name = randomUUID()
  const folder = await openFolder(realRoot, [temporaryFolder], { make: true }).catch((error: unknown) => {
    content.destroy()
    throw writeFailed(error)
  })
  const held = `${folder.heldPath}/${name}`
  try {
    const written = await writeAll(held, content)
    return { path: `${root.replace(/\/+$/u, '')}/${temporaryFolder}/${name}`, ...written }
  } catch (error) {
    await unlink(held).catch(() => {})
    throw error
  } finally {
    await folder.close()
  }
}

/** So much is gathered while what came before is written: a disk answers few large writes sooner than many small ones. */
const writeBytes = 256 * 1024
/** So much is handed to the disk while more comes, so that little is left to wait for at the end. */
const syncBytes = 4 * 1024 * 1024

async function writeAll(held: string, content: Readable): Promise<Omit<WrittenTemporary, 'path'>> {
  const hash = createContentHash()
  const handle = await open(held, 'wx').catch((error: unknown) => {
    content.destroy()
    throw writeFailed(error)
  })
  const writing = createLane()
  const syncing = createLane()
  let batch: Buffer[] = []
  let batchBytes = 0
  let unsynced = 0
  const flush = async () => {
    const chunks = batch
    unsynced += batchBytes
    batch = []
    batchBytes = 0
    await writing.start(() => writeChunks(handle, chunks).catch(rethrow))
    if (unsynced < syncBytes) return
    unsynced = 0
    await syncing.start(() => handle.datasync().catch(rethrow))
  }
  try {
    for await (const piece of content) {
      const chunk = Buffer.isBuffer(piece) ? piece : Buffer.from(piece)
      hash.update(chunk)
      batch.push(chunk)
      batchBytes += chunk.length
      if (batchBytes >= writeBytes) await flush()
    }
    await flush()
    await writing.end()
    await syncing.end()
    await handle.sync().catch(rethrow)
  } finally {
    await Promise.allSettled([writing.end(), syncing.end()])
    await handle.close()
  }
  return hash.digest()
}

async function writeChunks(handle: FileHandle, chunks: readonly Buffer[]): Promise<void> {
  if (chunks.length === 0) return
  const { bytesWritten } = await handle.writev(chunks)
  const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
  if (bytesWritten < bytes) await handle.writeFile(Buffer.concat(chunks).subarray(bytesWritten))
}

/** One piece of work at a time, beside its caller's own; where it fails, the next `start` or `end` tells. */
function createLane() {
  let running: Promise<unknown> = Promise.resolve()
  return {
    async start(work: () => Promise<unknown>): Promise<void> {
      await running
      running = work()
      running.catch(() => {})
    },
    end: () => running,
  }
}

const rethrow = (error: unknown): never => {
  throw writeFailed(error)
}

/** Where a file is to be, and the same from the root on. */
interface FinalPlace {
  path: string
  segments: readonly string[]
}

/** A file with the same bytes, for as long as it is still of this generation, which tells its size too. */
interface SameFile {
  segments: readonly string[]
  generation: string
}

/**
 * Moves a temporary to its final place: a rename, or with `ifAbsent` a link, which fails where something is. Where a
 * file with the same bytes still is what it was, that one is linked, and the temporary goes.
 */
export async function moveLocalInPlace(
  realRoot: string,
  temporaryPath: string,
  final: FinalPlace,
  { ifAbsent, same }: { ifAbsent: boolean; same?: SameFile | undefined },
): Promise<FileFacts> {
  const source = await openFolder(realRoot, [temporaryFolder], { make: false }).catch((error: unknown) => {
    throw moveFailed(error, temporaryPath, final)
  })
  try {
    const from = `${source.heldPath}/${path.basename(temporaryPath)}`
    return await inFolderOf(realRoot, final, async (to) => {
      const shared = same === undefined ? null : await linkSame(realRoot, same, to)
      if (shared === null && !ifAbsent) await rename(from, to)
      else {
        if (shared === null) await link(from, to)
        await unlink(from)
      }
      return shared ?? factsFromStats(await lstat(to, { bigint: true }))
    })
  } catch (error) {
    throw moveFailed(error, temporaryPath, final)
  } finally {
    await source.close()
  }
}

/** Writes a new file in its place, or links one with the same bytes. */
export async function writeLocalNew(
  realRoot: string,
  content: Buffer,
  final: FinalPlace,
  same: SameFile | undefined,
): Promise<FileFacts> {
  try {
    return await inFolderOf(realRoot, final, async (to) => {
      const shared = same === undefined ? null : await linkSame(realRoot, same, to)
      return shared ?? (await writeNew(to, content))
    })
  } catch (error) {
    if (errorCodeOf(error) === 'EEXIST') throw alreadyThere(final.path)
    throw writeFailed(error)
  }
}

async function writeNew(to: string, content: Buffer): Promise<FileFacts> {
  const handle = await open(to, 'wx')
  try {
    await handle.writeFile(content)
    await handle.sync()
    return factsFromStats(await handle.stat({ bigint: true }))
  } catch (error) {
    await unlink(to).catch(() => {})
    throw error
  } finally {
    await handle.close()
  }
}

/** What `put` puts at the path that it is given survives a power cut. */
async function inFolderOf<T>(
  realRoot: string,
  { segments }: FinalPlace,
  put: (to: string) => Promise<T>,
): Promise<T> {
  const folder = await openFolder(realRoot, segments.slice(0, -1), { make: true })
  try {
    const done = await put(`${folder.heldPath}/${segments.at(-1)}`)
    await folder.sync()
    return done
  } finally {
    await folder.close()
  }
}

/** Null where a link cannot be, or leads to other bytes by now; then there is nothing at `to` that was not there before. */
async function linkSame(realRoot: string, same: SameFile, to: string): Promise<FileFacts | null> {
  let folder: Folder | null = null
  try {
    folder = await openFolder(realRoot, same.segments.slice(0, -1), { make: false })
    await link(`${folder.heldPath}/${same.segments.at(-1)}`, to)
  } catch {
    return null
  } finally {
    await folder?.close()
  }
  // Looked at after it was linked: before that another file could take its place.
  const stats = await lstat(to, { bigint: true })
  const facts = factsFromStats(stats)
  if (stats.isFile() && facts.generation === same.generation) return facts
  await unlink(to)
  return null
}

function moveFailed(error: unknown, temporaryPath: string, final: FinalPlace): unknown {
  const code = errorCodeOf(error)
  if (code === 'EEXIST' || code === 'EISDIR' || code === 'ENOTEMPTY') return alreadyThere(final.path)
  if (code !== 'ENOENT') return writeFailed(error)
  return noContent(temporaryPath, nothingThere, error)
}
