import {
  closeSync,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { factsFromStats } from './local-facts.ts'
import { type Folder, openFolder } from './local-folder.ts'
import { type FileFacts, temporaryFolder } from './store.ts'

/*
 * Every write of a local store that takes more than one call of the file system. They wait for each call, so they are
 * made in a thread of their own: see file-threads.ts.
 */

/** A file with the same bytes, for as long as it is still of this generation, which tells its size too. */
export interface SameFile {
  segments: readonly string[]
  generation: string
}

/** Makes a new file in the temporary folder of `realRoot`, and answers a descriptor to write it by. */
export function openLocalTemporary(realRoot: string, name: string): number {
  return within(openFolder(realRoot, [temporaryFolder], { make: true }), ({ heldPath }) =>
    openSync(`${heldPath}/${name}`, 'wx'),
  )
}

/**
 * Moves a temporary to its final place: a rename, or with `ifAbsent` a link, which fails where something is. Where a
 * file with the same bytes still is what it was, that one is linked, and the temporary goes.
 */
export function moveLocalInPlace(
  realRoot: string,
  temporaryPath: string,
  segments: readonly string[],
  { ifAbsent, same }: { ifAbsent: boolean; same?: SameFile | undefined },
): FileFacts {
  return within(openFolder(realRoot, [temporaryFolder], { make: false }), (source) => {
    const from = `${source.heldPath}/${path.basename(temporaryPath)}`
    return inFolderOf(realRoot, segments, (to) => {
      const shared = same === undefined ? null : linkSame(realRoot, same, to)
      if (shared === null && !ifAbsent) renameSync(from, to)
      else {
        if (shared === null) linkSync(from, to)
        unlinkSync(from)
      }
      return shared ?? factsFromStats(lstatSync(to, { bigint: true }))
    })
  })
}

/** Writes a new file in its place, or links one with the same bytes. */
export function writeLocalNew(
  realRoot: string,
  content: Uint8Array,
  segments: readonly string[],
  same: SameFile | undefined,
): FileFacts {
  return inFolderOf(realRoot, segments, (to) => {
    const shared = same === undefined ? null : linkSame(realRoot, same, to)
    return shared ?? writeNew(to, content)
  })
}

export function deleteLocal(realRoot: string, segments: readonly string[]): void {
  within(openFolder(realRoot, segments.slice(0, -1), { make: false }), ({ heldPath }) =>
    unlinkSync(`${heldPath}/${segments.at(-1)}`),
  )
}

function writeNew(to: string, content: Uint8Array): FileFacts {
  const descriptor = openSync(to, 'wx')
  try {
    writeFileSync(descriptor, content)
    fsyncSync(descriptor)
    return factsFromStats(fstatSync(descriptor, { bigint: true }))
  } catch (error) {
    takeBack(to)
    throw error
  } finally {
    closeSync(descriptor)
  }
}

/** What failed before says more than that this does. */
function takeBack(target: string): void {
  try {
    unlinkSync(target)
  } catch {}
}

function within<T>(folder: Folder, use: (folder: Folder) => T): T {
  try {
    return use(folder)
  } finally {
    folder.close()
  }
}

/** What `put` puts at the path that it is given survives a power cut. */
function inFolderOf<T>(realRoot: string, segments: readonly string[], put: (to: string) => T): T {
  return within(openFolder(realRoot, segments.slice(0, -1), { make: true }), (folder) => {
    const done = put(`${folder.heldPath}/${segments.at(-1)}`)
    folder.sync()
    return done
  })
}

/** Null where a link cannot be, or leads to other bytes by now; then there is nothing at `to` that was not there before. */
function linkSame(realRoot: string, same: SameFile, to: string): FileFacts | null {
  try {
    within(openFolder(realRoot, same.segments.slice(0, -1), { make: false }), ({ heldPath }) =>
      linkSync(`${heldPath}/${same.segments.at(-1)}`, to),
    )
  } catch {
    return null
  }
  // Looked at after it was linked: before that another file could take its place.
  const stats = lstatSync(to, { bigint: true })
  const facts = factsFromStats(stats)
  if (stats.isFile() && facts.generation === same.generation) return facts
  unlinkSync(to)
  return null
}
