import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { AppError } from '../../errors.ts'
import type { OutStream } from '../io.ts'
import { systemFault } from '../system-fault.ts'

/** Where the bytes of a download go. */
export interface Sink {
  write(chunk: Uint8Array): Promise<void>
  /** Forgets what was written; null where it has gone to someone else already. */
  restart: (() => Promise<void>) | null
}

export interface PartialFile extends Sink {
  /** The whole file appears under its name at once. */
  moveInPlace(): Promise<void>
  /** Removes what is not moved. May be called after `moveInPlace`. */
  discard(): Promise<void>
}

/** A file beside `target` under a name of its own, so that nobody takes a half file for a whole one. */
export async function openPartialFile(target: string): Promise<PartialFile> {
  const path = join(dirname(target), `.waybill-${randomBytes(6).toString('hex')}.part`)
  const handle = await open(path, 'wx').catch((error: unknown) => {
    throw new AppError('usage', `Cannot write in ${dirname(target)}: ${systemFault(error)}`, { cause: error })
  })
  let position = 0
  return {
    async write(chunk) {
      for (let offset = 0; offset < chunk.length; ) {
        const { bytesWritten } = await handle.write(chunk, offset, chunk.length - offset, position)
        offset += bytesWritten
        position += bytesWritten
      }
    },
    async restart() {
      await handle.truncate(0)
      position = 0
    },
    async moveInPlace() {
      await handle.sync()
      await handle.close()
      await rename(path, target)
    },
    async discard() {
      await handle.close().catch(() => undefined)
      await rm(path, { force: true })
    },
  }
}

export function streamSink(stream: OutStream): Sink {
  return {
    async write(chunk) {
      if (!stream.write(chunk)) await once(stream, 'drain')
    },
    restart: null,
  }
}
