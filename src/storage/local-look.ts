import { checksumOfHandle } from './checksums.ts'
import { localNoAnswer } from './local-errors.ts'
import { factsFromStats, whyNoFile } from './local-facts.ts'
import { type Inside, openInside } from './local-path.ts'
import type { FileFacts, Look } from './store.ts'

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
