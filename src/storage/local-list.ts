import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { compareCodePoints } from '../lib/compare-code-points.ts'
import { forEachConcurrently } from '../lib/limit-concurrency.ts'
import { localNoAnswer } from './local-errors.ts'
import { lookAtFile } from './local-look.ts'
import { openInside } from './local-path.ts'
import { type ListedFile, type ListOptions, type ListPage, type NoAnswer, temporaryFolder } from './store.ts'

const looksAtATime = 16

/**
 * One page of the files below `folder`, in the order of their paths. Links to files count as files, links to directories are
 * not followed; pipes and devices are passed over. So are folders that cannot be read and names that are not UTF-8, unless
 * the listing is to be whole. What went while it was listed is no fault.
 */
export async function listLocalRange(
  realRoot: string,
  folder: string,
  options: ListOptions,
): Promise<ListPage> {
  const {
    startAt = '',
    endAt,
    pageToken,
    maxResults = 10_000,
    checksumUpToBytes = 0,
    whole = false,
  } = options
  const paths: string[] = []
  let nextPageToken: string | null = null
  try {
    for await (const path of walk(realRoot, folder, { from: pageToken ?? startAt, whole }, 0)) {
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
    const files: (ListedFile | null)[] = paths.map(() => null)
    const silent: NoAnswer[] = []
    await forEachConcurrently(paths, looksAtATime, async (path, i) => {
      const look = await lookAtFile(realRoot, path, checksumUpToBytes)
      if (look.state === 'present') files[i] = { path, facts: look.facts }
      else if (look.state !== 'absent') silent.push({ ...look, at: path })
    })
    if (whole && silent[0] !== undefined) return silent[0]
    return { state: 'listed', files: files.filter((one) => one !== null), nextPageToken }
  } catch (error) {
    return localNoAnswer(error)
  }
}

/**
 * Paths of what may be files, from `from` on; first of all the reason if `folder` itself cannot be read, and in their
 * places those of the folders below it if the listing is to be `whole`.
 */
async function* walk(
  realRoot: string,
  folder: string,
  { from, whole }: { from: string; whole: boolean },
  depth: number,
): AsyncGenerator<string | NoAnswer> {
  const content = await entriesOf(realRoot, folder)
  if ('reason' in content) {
    if (depth === 0) yield content
    else if (whole && content.state !== 'absent') yield { ...content, at: folder }
    return
  }
  if (whole && content.hasOtherNames) yield { state: 'absent', reason: otherNameReason, at: folder }
  for (const { name, isFolder } of content.entries) {
    const path = `${folder}${name}`
    if (!isFolder) {
      if (compareCodePoints(path, from) >= 0) yield path
    } else if (path.startsWith(from) || from.startsWith(path) || compareCodePoints(path, from) > 0) {
      yield* walk(realRoot, path, { from, whole }, depth + 1)
    }
  }
}

interface Entry {
  /** Ends in `/` for a folder, which is how it sorts among paths. */
  name: string
  isFolder: boolean
}

interface FolderContent {
  entries: Entry[]
  /** It also holds files or folders whose names are not UTF-8. */
  hasOtherNames: boolean
}

const otherNameReason = 'A name in this folder is not UTF-8, so that no address can name it'

async function entriesOf(realRoot: string, folder: string): Promise<FolderContent | NoAnswer> {
  const inside = await openInside(realRoot, folder)
  if ('reason' in inside) return inside
  try {
    if (!inside.stats.isDirectory()) return { state: 'absent', reason: 'There is no directory at this path' }
    const found: Dirent<Buffer>[] = await readdir(inside.heldPath, {
      withFileTypes: true,
      encoding: 'buffer',
    })
    const entries: Entry[] = []
    let hasOtherNames = false
    for (const one of found) {
      const isFolder = one.isDirectory()
      if (!isFolder && !one.isFile() && !one.isSymbolicLink()) continue
      const name = one.name.toString()
      if (!Buffer.from(name).equals(one.name)) hasOtherNames = true
      else if (name !== temporaryFolder) entries.push({ name: isFolder ? `${name}/` : name, isFolder })
    }
    entries.sort((a, b) => compareCodePoints(a.name, b.name))
    return { entries, hasOtherNames }
  } catch (error) {
    return localNoAnswer(error)
  } finally {
    await inside.close()
  }
}
