import { type BigIntStats, constants, existsSync } from 'node:fs'
import { type FileHandle, lstat, open, readlink, realpath } from 'node:fs/promises'
import path from 'node:path'
import { localNoAnswer } from './local-errors.ts'
import type { NoAnswer } from './store.ts'

/** Something inside a location, held so that nobody can swap it for something outside. */
export interface Inside {
  stats: BigIntStats
  /** Opens the same inode for reading; only for regular files and directories. */
  openForReading(): Promise<FileHandle>
  /** A path that leads to this very inode while it is held, to reach a directory's entries by. */
  heldPath: string
  close(): Promise<void>
}

/** Linux's O_PATH: a descriptor that names an inode without opening it, so a FIFO does not hang and a device does not act. */
const nameOnly = 0o10000000
const readFlags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY
export const descriptorsHavePaths = process.platform === 'linux' && existsSync('/proc/self/fd')

const linkLeadsOut: NoAnswer = {
  state: 'absent',
  reason: 'A link at this path leads nowhere, or out of its location',
}

export const openInside = descriptorsHavePaths ? openByDescriptor : openByRealPath

/**
 * Resolves `target` and every link on the way, and holds what is there if it lies in `realRoot`. What lies outside is told
 * in the same words whether it exists or not, so that a link is no way to learn what is there.
 */
export async function openByDescriptor(realRoot: string, target: string): Promise<Inside | NoAnswer> {
  let handle: FileHandle
  try {
    handle = await open(target, nameOnly)
  } catch (error) {
    return explainFailure(realRoot, target, error)
  }
  try {
    const heldPath = pathOfDescriptor(handle.fd)
    if (!isBelow(realRoot, await readlink(heldPath))) {
      await handle.close()
      return linkLeadsOut
    }
    return {
      stats: await handle.stat({ bigint: true }),
      heldPath,
      openForReading: () => open(heldPath, readFlags),
      close: () => handle.close(),
    }
  } catch (error) {
    await handle.close()
    return localNoAnswer(error)
  }
}

/** The same without `/proc`: resolves first, and looks again after opening whether it is still the same inode. */
export async function openByRealPath(realRoot: string, target: string): Promise<Inside | NoAnswer> {
  try {
    const resolved = await realpath(target)
    if (!isBelow(realRoot, resolved)) return linkLeadsOut
    const stats = await lstat(resolved, { bigint: true })
    if (stats.isSymbolicLink()) return linkLeadsOut
    return {
      stats,
      heldPath: resolved,
      openForReading: () => openSameInode(resolved, stats),
      close: async () => {},
    }
  } catch (error) {
    return explainFailure(realRoot, target, error)
  }
}

async function openSameInode(resolved: string, expected: BigIntStats): Promise<FileHandle> {
  const handle = await open(resolved, readFlags | constants.O_NOFOLLOW)
  try {
    const opened = await handle.stat({ bigint: true })
    if (
      opened.dev === expected.dev &&
      opened.ino === expected.ino &&
      (await realpath(resolved)) === resolved
    ) {
      return handle
    }
  } catch (error) {
    await handle.close()
    throw error
  }
  await handle.close()
  throw Object.assign(new Error('the path was swapped while it was opened'), { code: 'ENOENT' })
}

/** Tells a path that is not there from one that a link leads away from its location. */
async function explainFailure(realRoot: string, target: string, error: unknown): Promise<NoAnswer> {
  const verdict = localNoAnswer(error)
  if (verdict.state === 'failed') return verdict
  for (let below = target, above = path.dirname(below); above !== below; above = path.dirname(below)) {
    const resolved = await realpath(above).catch(() => null)
    if (resolved === null) {
      below = above
      continue
    }
    if (!isBelow(realRoot, resolved)) return linkLeadsOut
    const stats = await lstat(path.join(resolved, path.basename(below))).catch(() => null)
    return stats?.isSymbolicLink() && verdict.reason !== circleReason ? linkLeadsOut : verdict
  }
  return verdict
}

const circleReason = localNoAnswer({ code: 'ELOOP' }).reason

export function pathOfDescriptor(descriptor: number): string {
  return `/proc/self/fd/${descriptor}`
}

export function isBelow(realRoot: string, resolved: string): boolean {
  return resolved === realRoot || resolved.startsWith(realRoot === '/' ? '/' : `${realRoot}/`)
}
