import type { BigIntStats } from 'node:fs'
import type { FileFacts, NoAnswer } from './store.ts'

export function factsFromStats(stats: BigIntStats): FileFacts {
  return {
    sizeBytes: Number(stats.size),
    crc32c: null,
    generation: `${stats.mtimeNs}.${stats.ino}.${stats.size}`,
    modifiedAt: new Date(Number(stats.mtimeMs)),
  }
}

export function whyNoFile(stats: BigIntStats): NoAnswer | null {
  if (stats.isFile()) return null
  const what = stats.isDirectory() ? 'a directory' : 'a device, pipe or socket'
  return { state: 'absent', reason: `There is ${what} at this path, not a file` }
}
