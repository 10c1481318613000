import { closeSync, constants, fsyncSync, mkdirSync, openSync, readlinkSync, realpathSync } from 'node:fs'
import path from 'node:path'
import { outsideLocation } from './content-errors.ts'
import { errorCodeOf } from './local-errors.ts'
import { descriptorsHavePaths, isBelow, pathOfDescriptor } from './local-path.ts'

/** A folder below a root, held so that nobody can swap it for one outside. */
export interface Folder {
  /** A path that leads to this very folder while it is held. */
  heldPath: string
  /** Waits until its entries, and the folders that were made on the way to it, survive a power cut. */
  sync(): void
  close(): void
}

interface Held {
  descriptor: number
  heldPath: string
}

const flags = constants.O_RDONLY | constants.O_DIRECTORY

/** Holds the folder that `segments` lead to, never by a link that leads out of the root. */
export function openFolder(
  realRoot: string,
  segments: readonly string[],
  { make }: { make: boolean },
): Folder {
  const held = make ? makeFolders(realRoot, segments) : [hold(realRoot, path.join(realRoot, ...segments))]
  return {
    heldPath: lastOf(held).heldPath,
    sync() {
      for (const { descriptor } of held) fsyncSync(descriptor)
    },
    close: () => closeAll(held),
  }
}

/** What is missing on the way is made, one folder at a time in one that is held; with those comes the one they are in. */
function makeFolders(realRoot: string, segments: readonly string[]): Held[] {
  const { top, missing } = findLowest(realRoot, segments)
  const held = [top]
  try {
    for (const segment of missing) {
      const next = `${lastOf(held).heldPath}/${segment}`
      held.push(makeFolder(next) ? holdMade(next) : hold(realRoot, next))
    }
    return held
  } catch (error) {
    closeAll(held)
    throw error
  }
}

/** False where something is there already. */
function makeFolder(target: string): boolean {
  try {
    mkdirSync(target)
    return true
  } catch (error) {
    if (errorCodeOf(error) === 'EEXIST') return false
    throw error
  }
}

/** What is written is written to new folders: the last two of its way are seldom there, and what is before them nearly always is. */
const seldomThere = 2

function findLowest(realRoot: string, segments: readonly string[]) {
  for (let depth = Math.max(1, segments.length - seldomThere); ; depth -= 1) {
    try {
      const top = hold(realRoot, path.join(realRoot, ...segments.slice(0, depth)))
      return { top, missing: segments.slice(depth) }
    } catch (error) {
      if (depth === 0 || errorCodeOf(error) !== 'ENOENT') throw error
    }
  }
}

function hold(realRoot: string, target: string): Held {
  const descriptor = openSync(target, flags)
  try {
    const resolved = descriptorsHavePaths ? readlinkSync(pathOfDescriptor(descriptor)) : realpathSync(target)
    if (!isBelow(realRoot, resolved)) throw outsideLocation(realRoot, path.basename(target))
    return heldAs(descriptor, resolved)
  } catch (error) {
    closeSync(descriptor)
    throw error
  }
}

/** What was made in a folder that is held is in it, and no link. */
function holdMade(target: string): Held {
  return heldAs(openSync(target, flags | constants.O_NOFOLLOW), target)
}

function heldAs(descriptor: number, resolved: string): Held {
  return { descriptor, heldPath: descriptorsHavePaths ? pathOfDescriptor(descriptor) : resolved }
}

function lastOf(held: readonly Held[]): Held {
  const last = held.at(-1)
  if (last === undefined) throw new RangeError('No folder is held')
  return last
}

function closeAll(held: readonly Held[]): void {
  for (const { descriptor } of held) closeSync(descriptor)
}
