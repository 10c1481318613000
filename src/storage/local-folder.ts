import { constants } from 'node:fs'
import { type FileHandle, mkdir, open, readlink, realpath } from 'node:fs/promises'
import path from 'node:path'
import { outsideLocation } from './content-errors.ts'
import { errorCodeOf } from './local-errors.ts'
import { descriptorsHavePaths, isBelow, pathOfDescriptor } from './local-path.ts'

/** A folder below a root, held so that nobody can swap it for one outside. */
export interface Folder {
  /** A path that leads to this very folder while it is held. */
  heldPath: string
  /** Waits until its entries, and the folders that were made on the way to it, survive a power cut. */
  sync(): Promise<void>
  close(): Promise<void>
}

type Held = Pick<Folder, 'heldPath'> & { handle: FileHandle }

const flags = constants.O_RDONLY | constants.O_DIRECTORY

/** Holds the folder that `segments` lead to, never by a link that leads out of the root. */
export async function openFolder(
  realRoot: string,
  segments: readonly string[],
  { make }: { make: boolean },
): Promise<Folder> {
  const held = make
    ? await makeFolders(realRoot, segments)
    : [await hold(realRoot, path.join(realRoot, ...segments))]
  return {
    heldPath: lastOf(held).heldPath,
    async sync() {
      await Promise.all(held.map(({ handle }) => handle.sync()))
    },
    close: () => closeAll(held),
  }
}

/** What is missing on the way is made, one folder at a time in one that is held; with those comes the one they are in. */
async function makeFolders(realRoot: string, segments: readonly string[]): Promise<Held[]> {
  const { top, missing } = await findLowest(realRoot, segments)
  const held = [top]
  try {
    for (const segment of missing) {
      const next = `${lastOf(held).heldPath}/${segment}`
      const isMade = await mkdir(next).then(
        () => true,
        (error: unknown) => {
          if (errorCodeOf(error) === 'EEXIST') return false
          throw error
        },
      )
      held.push(isMade ? await holdMade(next) : await hold(realRoot, next))
    }
    return held
  } catch (error) {
    await closeAll(held)
    throw error
  }
}

/** What is written is written to new folders: the last two of its way are seldom there, and what is before them nearly always is. */
const seldomThere = 2

async function findLowest(realRoot: string, segments: readonly string[]) {
  for (let depth = Math.max(1, segments.length - seldomThere); ; depth -= 1) {
    try {
      const top = await hold(realRoot, path.join(realRoot, ...segments.slice(0, depth)))
      return { top, missing: segments.slice(depth) }
    } catch (error) {
      if (depth === 0 || errorCodeOf(error) !== 'ENOENT') throw error
    }
  }
}

async function hold(realRoot: string, target: string): Promise<Held> {
  const handle = await open(target, flags)
  try {
    const resolved = await (descriptorsHavePaths ? readlink(pathOfDescriptor(handle)) : realpath(target))
    if (!isBelow(realRoot, resolved)) throw outsideLocation(realRoot, path.basename(target))
    return heldAs(handle, resolved)
  } catch (error) {
    await handle.close()
    throw error
  }
}

/** What was made in a folder that is held is in it, and no link. */
async function holdMade(target: string): Promise<Held> {
  return heldAs(await open(target, flags | constants.O_NOFOLLOW), target)
}

function heldAs(handle: FileHandle, resolved: string): Held {
  return { handle, heldPath: descriptorsHavePaths ? pathOfDescriptor(handle) : resolved }
}

function lastOf(held: readonly Held[]): Held {
  const last = held.at(-1)
  if (last === undefined) throw new RangeError('No folder is held')
  return last
}

async function closeAll(held: readonly Held[]): Promise<void> {
  await Promise.all(held.map(({ handle }) => handle.close()))
}
