import { createHash } from 'node:crypto'
import type { Lane } from './probe-lane.ts'
import type { FileFacts, NoAnswer } from './store.ts'
import { smallFileBytes } from './store.ts'

export interface DirectoryLook {
  state: 'present'
  facts: FileFacts
  memberCount: number
  /** SHA-256 over each member's name, size and checksum, in their order. */
  digest: string
}

/** A local directory up to this size is read for its members' checksums. */
const checksummedDirectoryBytes = 64 * 1024 * 1024

const markersByType: Record<string, readonly string[]> = {
  '.mt': ['_SUCCESS'],
  '.zarr': ['.zgroup', '.zattrs', '.zarray', 'zarr.json'],
}

/** Whether a path names a directory that counts as one item. */
export function isDirectoryItem(path: string): boolean {
  return path.endsWith('/') || typeOf(path) !== null
}

function typeOf(path: string): string | null {
  const bare = path.replace(/\/+$/u, '')
  return Object.keys(markersByType).find((type) => bare.endsWith(type)) ?? null
}

/**
 * Looks at a directory as one item. The digest takes each member's checksum, so that a copy of the same bytes has the same
 * digest; where there is none (a local directory over 64 MiB, a member over 4 MiB) it takes the generation.
 */
export async function lookAtDirectory(lane: Lane, path: string): Promise<DirectoryLook | NoAnswer> {
  const folder = path.endsWith('/') ? path : `${path}/`
  const { store } = lane
  if (store.listPageSize !== null) return summarise(lane, folder, 0)
  const first = await summarise(lane, folder, 0)
  const small = first.state === 'present' && first.facts.sizeBytes <= checksummedDirectoryBytes
  return small ? summarise(lane, folder, smallFileBytes) : first
}

async function summarise(
  lane: Lane,
  folder: string,
  checksumUpToBytes: number,
): Promise<DirectoryLook | NoAnswer> {
  const hash = createHash('sha256')
  const markers = markersByType[typeOf(folder) ?? '']
  let isComplete = false
  let memberCount = 0
  let sizeBytes = 0
  let modifiedMs: number | null = null
  let pageToken: string | null = null
  do {
    const from: { pageToken?: string } = pageToken === null ? {} : { pageToken }
    const page = await lane.ask((call) =>
      lane.store.listRange(folder, { ...call, ...from, checksumUpToBytes }),
    )
    if (page.state !== 'listed') return page
    for (const { path, facts } of page.files) {
      const name = path.slice(folder.length)
      hash.update(`${JSON.stringify([name, facts.sizeBytes, facts.crc32c ?? facts.generation])}\n`)
      if (markers?.includes(name)) isComplete = true
      memberCount += 1
      sizeBytes += facts.sizeBytes
      if (facts.modifiedAt !== null) modifiedMs = Math.max(modifiedMs ?? 0, facts.modifiedAt.getTime())
    }
    pageToken = page.nextPageToken
  } while (pageToken !== null)
  if (memberCount === 0) return { state: 'absent', reason: 'There is no directory with files at this path' }
  if (markers !== undefined && !isComplete) {
    const named =
      markers.length === 1 ? `no ${markers[0]} marker` : `none of its markers (${markers.join(', ')})`
    return { state: 'absent', reason: `The directory at this path has ${named}, so it is not complete` }
  }
  const digest = hash.digest('hex')
  const modifiedAt = modifiedMs === null ? null : new Date(modifiedMs)
  return {
    state: 'present',
    facts: { sizeBytes, crc32c: null, generation: digest, modifiedAt },
    memberCount,
    digest,
  }
}
