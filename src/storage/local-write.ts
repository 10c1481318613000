import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { link, lstat, mkdir, open, rename, unlink } from 'node:fs/promises'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { createContentHash } from '../lib/content-hash.ts'
import { alreadyThere, noContent, outsideLocation } from './content-errors.ts'
import { errorCodeOf, writeFailed } from './local-errors.ts'
import { factsFromStats } from './local-facts.ts'
import { type Inside, openInside } from './local-path.ts'
import { temporaryFolder, type WrittenTemporary } from './store.ts'

/** Writes `content` to a new file in the temporary folder of `realRoot`, on the disk when it resolves. */
export async function writeLocalTemporary(
  root: string,
  realRoot: string,
  content: Readable,
): Promise<WrittenTemporary> {
  const name = randomUUID()
  const folder = await openFolder(realRoot, [temporaryFolder], true).catch((error: unknown) => {
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

async function writeAll(held: string, content: Readable): Promise<Omit<WrittenTemporary, 'path'>> {
  const hash = createContentHash()
  const handle = await open(held, 'wx').catch((error: unknown) => {
    content.destroy()
    throw writeFailed(error)
  })
  let batch: Buffer[] = []
  let batchBytes = 0
  let writing: Promise<void> = Promise.resolve()
  const flush = async () => {
    await writing
    writing = handle.writeFile(Buffer.concat(batch, batchBytes)).catch(rethrow)
    // Told when it is waited for.
    writing.catch(() => {})
    batch = []
    batchBytes = 0
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
    await writing
    await handle.sync().catch(rethrow)
  } finally {
    await writing.catch(() => {})
    await handle.close()
  }
  return hash.digest()
}

const rethrow = (error: unknown): never => {
  throw writeFailed(error)
}

interface LocalMoveOptions {
  ifAbsent: boolean
  /** A file with the same bytes, for as long as it is still of this generation, which tells its size too. */
  same?: { segments: readonly string[]; generation: string }
}

/**
 * Moves a temporary to its final place: a rename, or with `ifAbsent` a link, which fails where something is. Where a
 * file with the same bytes still is what it was, that one is linked, and the temporary goes.
 */
export async function moveLocalInPlace(
  realRoot: string,
  temporaryPath: string,
  final: { path: string; segments: readonly string[] },
  { ifAbsent, same }: LocalMoveOptions,
): Promise<void> {
  const name = final.segments.at(-1) ?? ''
  let source: Inside | null = null
  let target: Inside | null = null
  try {
    source = await openFolder(realRoot, [temporaryFolder], true)
    target = await openFolder(realRoot, final.segments.slice(0, -1), true)
    const from = `${source.heldPath}/${path.basename(temporaryPath)}`
    const to = `${target.heldPath}/${name}`
    if (same !== undefined && (await linkSame(realRoot, same, to))) {
      await unlink(from)
    } else if (ifAbsent) {
      await link(from, to)
      await unlink(from)
    } else {
      await rename(from, to)
    }
    await syncFolder(target)
  } catch (error) {
    const code = errorCodeOf(error)
    if (code === 'EEXIST' || code === 'EISDIR' || code === 'ENOTEMPTY') throw alreadyThere(final.path)
    if (code === 'ENOENT') {
      throw noContent(temporaryPath, { state: 'absent', reason: 'There is no file at this path' }, error)
    }
    throw writeFailed(error)
  } finally {
    await source?.close()
    await target?.close()
  }
}

/** False where a link cannot be, or leads to other bytes by now; then there is nothing at `to` that was not there before. */
async function linkSame(
  realRoot: string,
  same: NonNullable<LocalMoveOptions['same']>,
  to: string,
): Promise<boolean> {
  let folder: Inside | null = null
  try {
    folder = await openFolder(realRoot, same.segments.slice(0, -1), false)
    await link(`${folder.heldPath}/${same.segments.at(-1)}`, to)
  } catch {
    return false
  } finally {
    await folder?.close()
  }
  // Looked at after it was linked: before that another file could take its place.
  const stats = await lstat(to, { bigint: true })
  if (stats.isFile() && factsFromStats(stats).generation === same.generation) return true
  await unlink(to)
  return false
}

/** Holds a folder below the root, making what is missing on the way without ever passing through a link that leads out. */
export async function openFolder(
  realRoot: string,
  segments: readonly string[],
  make: boolean,
): Promise<Inside> {
  let folder = await openOrThrow(realRoot, realRoot)
  for (const segment of segments) {
    const next = `${folder.heldPath}/${segment}`
    try {
      if (make) await makeFolder(folder, next)
      const opened = await openOrThrow(realRoot, next)
      await folder.close()
      folder = opened
    } catch (error) {
      await folder.close()
      throw error
    }
  }
  return folder
}

async function makeFolder(parent: Inside, next: string): Promise<void> {
  try {
    await mkdir(next)
    await syncFolder(parent)
  } catch (error) {
    if (errorCodeOf(error) !== 'EEXIST') throw error
  }
}

async function openOrThrow(realRoot: string, target: string): Promise<Inside> {
  const inside = await openInside(realRoot, target)
  if ('reason' in inside) {
    if (inside.state === 'absent') throw outsideLocation(realRoot, path.basename(target))
    throw Object.assign(new Error(inside.reason), { code: inside.state === 'forbidden' ? 'EACCES' : 'EIO' })
  }
  return inside
}

async function syncFolder(folder: Inside): Promise<void> {
  const handle = await open(folder.heldPath, constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
