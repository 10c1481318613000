import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { compareCodePoints } from '../lib/compare-code-points.ts'
import { forEachConcurrently } from '../lib/limit-concurrency.ts'
import { localNoAnswer } from './local-errors.ts'
import { lookAtFile } from './local-facts.ts'
import { openInside } from './local-path.ts'
import { type ListedFile, type ListOptions, type ListPage, type NoAnswer, temporaryFolder } from './store.ts'

const looksAtATime = 16

/**
 * One page of the files below `folder`, in the order of their paths. Links to files count as files, links to directories are
 * not followed; pipes, devices and names that are not UTF-8 cannot be addressed and are passed over.
 */
export async function listLocalRange(
  realRoot: string,
  folder: string,
  options: ListOptions,
): Promise<ListPage> {
  const { startAt = '', endAt, pageToken, maxResults = 10_000, checksumUpToBytes = 0 } = options
  const paths: string[] = []
  let nextPageToken: string | null = null
  try {
    for await (const path of walk(realRoot, folder, pageToken ?? startAt, 0)) {
      if (typeof path !== 'string') return path
      if (compareCodePoints(path, startAt) < 0) continue
      if (endAt !== undefined && compareCodePoints(path, endAt) > 0) break
      if (paths.length >= maxResults) {
        nextPageToken = path
        break
      }
      options.signal?.throwIfAborted()
      paths.push(path)
    }
    const found: (ListedFile | null)[] = paths.map(() => null)
    await forEachConcurrently(paths, looksAtATime, async (path, i) => {
      const look = await lookAtFile(realRoot, path, checksumUpToBytes)
      if (look.state === 'present') found[i] = { path, facts: look.facts }
    })
    return { state: 'listed', files: found.filter((one) => one !== null), nextPageToken }
  } catch (error) {
    return localNoAnswer(error)
  }
}

/** Paths of what may be files, from `from` on; first of all the reason if `folder` itself cannot be read. */
async function* walk(
  realRoot: string,
  folder: string,
  from: string,
  depth: number,
): AsyncGenerator<string | NoAnswer> {
  const entries = await entriesOf(realRoot, folder)
  if ('reason' in entries) {
    if (depth === 0) yield entries
    return
  }
  for (const { name, isFolder } of entries) {
    const path = `${folder}${name}`
    if (!isFolder) {
      if (compareCodePoints(path, from) >= 0) yield path
    } else if (path.startsWith(from) || from.startsWith(path) || compareCodePoints(path, from) > 0) {
      yield* walk(realRoot, path, from, depth + 1)
    }
  }
}

interface Entry {
  /** Ends in `/` for a folder, which is how it sorts among paths. */
  name: string
  isFolder: boolean
}

async function entriesOf(realRoot: string, folder: string): Promise<Entry[] | NoAnswer> {
  const inside = await openInside(realRoot, folder)
  if ('reason' in inside) return inside
  try {
    if (!inside.stats.isDirectory()) return { state: 'absent', reason: 'There is no directory at this path' }
    const found: Dirent<Buffer>[] = await readdir(inside.heldPath, {
      withFileTypes: true,
      encoding: 'buffer',
    })
    const entries: Entry[] = []
    for (const one of found) {
      const name = one.name.toString()
      if (!Buffer.from(name).equals(one.name) || name === temporaryFolder) continue
      if (one.isDirectory()) entries.push({ name: `${name}/`, isFolder: true })
      else if (one.isFile() || one.isSymbolicLink()) entries.push({ name, isFolder: false })
    }
    return entries.sort((a, b) => compareCodePoints(a.name, b.name))
  } catch (error) {
    return localNoAnswer(error)
  } finally {
    await inside.close()
  }
}
