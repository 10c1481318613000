import type { BigIntStats } from 'node:fs'
import { checksumOfHandle } from './checksums.ts'
import { localNoAnswer } from './local-errors.ts'
import { type Inside, openInside } from './local-path.ts'
import type { FileFacts, Look, NoAnswer } from './store.ts'

export function factsFromStats(stats: BigIntStats): FileFacts {
  return {
    sizeBytes: Number(stats.size),
    crc32c: null,
    generation: `${stats.mtimeNs}.${stats.ino}.${stats.size}`,
    modifiedAt: new Date(Number(stats.mtimeMs)),
  }
}

/** Looks at one file. Whatever is no regular file is absent and is never opened. */
export async function lookAtFile(realRoot: string, target: string, checksumUpToBytes: number): Promise<Look> {
  const inside = await openInside(realRoot, target)
  if ('reason' in inside) return inside
  try {
    const notAFile = whyNoFile(inside.stats)
    if (notAFile !== null) return notAFile
    const facts = factsFromStats(inside.stats)
    if (facts.sizeBytes > checksumUpToBytes) return { state: 'present', facts }
    return { state: 'present', facts: await withChecksum(inside, facts) }
  } catch (error) {
    return localNoAnswer(error)
  } finally {
    await inside.close()
  }
}

export function whyNoFile(stats: BigIntStats): NoAnswer | null {
  if (stats.isFile()) return null
  const what = stats.isDirectory() ? 'a directory' : 'a device, pipe or socket'
  return { state: 'absent', reason: `There is ${what} at this path, not a file` }
}

/** The checksum belongs to these facts only if the file did not change while it was read. */
async function withChecksum(inside: Inside, facts: FileFacts): Promise<FileFacts> {
  const handle = await inside.openForReading()
  try {
    const crc32c = await checksumOfHandle(handle, facts.sizeBytes)
    const after = factsFromStats(await handle.stat({ bigint: true }))
    return after.generation === facts.generation ? { ...facts, crc32c } : after
  } finally {
    await handle.close()
  }
}
