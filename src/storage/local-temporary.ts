import { randomUUID } from 'node:crypto'
import { close, fdatasync, fsync, writeFile, writev } from 'node:fs'
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { createContentHash } from '../lib/content-hash.ts'
import { inFileThread } from './file-threads.ts'
import { writeFailed } from './local-errors.ts'
import { temporaryFolder, type WrittenTemporary } from './store.ts'

const calls = {
  writev: promisify(writev),
  writeFile: promisify(writeFile),
  fdatasync: promisify(fdatasync),
  fsync: promisify(fsync),
  close: promisify(close),
}

/** Writes `content` to a new file in the temporary folder of `realRoot`. */
export async function writeLocalTemporary(
  root: string,
  realRoot: string,
  content: Readable,
): Promise<WrittenTemporary> {
  const name = randomUUID()
  const descriptor = await inFileThread('openLocalTemporary', realRoot, name).catch((error: unknown) => {
    content.destroy()
    throw writeFailed(error)
  })
  try {
    const written = await writeAll(descriptor, content)
    return { path: `${root.replace(/\/+$/u, '')}/${temporaryFolder}/${name}`, ...written }
  } catch (error) {
    await inFileThread('deleteLocal', realRoot, [temporaryFolder, name]).catch(() => {})
    throw error
  }
}

/** So much is gathered while what came before is written: a disk answers few large writes sooner than many small ones. */
const writeBytes = 256 * 1024
/** So much is handed to the disk while more comes, so that little is left to wait for at the end. */
const syncBytes = 4 * 1024 * 1024

async function writeAll(descriptor: number, content: Readable): Promise<Omit<WrittenTemporary, 'path'>> {
  const hash = createContentHash()
  const writing = createLane()
  const syncing = createLane()
  let batch: Buffer[] = []
  let batchBytes = 0
  let unsynced = 0
  const flush = async () => {
    const chunks = batch
    unsynced += batchBytes
    batch = []
    batchBytes = 0
    await writing.start(() => writeChunks(descriptor, chunks).catch(rethrow))
    if (unsynced < syncBytes) return
    unsynced = 0
    await syncing.start(() => calls.fdatasync(descriptor).catch(rethrow))
  }
  try {
    for await (const piece of content) {
      const chunk = Buffer.isBuffer(piece) ? piece : Buffer.from(piece)
      hash.update(chunk)
      batch.push(chunk)
      batchBytes += chunk.length
      if (batchBytes >= writeBytes) await flush()
    }
    await flush()
    await writing.end()
  } catch (error) {
    await Promise.allSettled([writing.end(), syncing.end()])
    await calls.close(descriptor)
    throw error
  }
  const onDisk = finish(descriptor, syncing.end())
  // Told to whoever waits for it; what is refused or given up has nobody who does.
  onDisk.catch(() => {})
  return { ...hash.digest(), onDisk }
}

async function finish(descriptor: number, syncing: Promise<unknown>): Promise<void> {
  try {
    await syncing
    await calls.fsync(descriptor).catch(rethrow)
  } finally {
    await calls.close(descriptor)
  }
}

async function writeChunks(descriptor: number, chunks: readonly Buffer[]): Promise<void> {
  if (chunks.length === 0) return
  const { bytesWritten } = await calls.writev(descriptor, chunks)
  const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
  if (bytesWritten < bytes) await calls.writeFile(descriptor, Buffer.concat(chunks).subarray(bytesWritten))
}

/** One piece of work at a time, beside its caller's own; where it fails, the next `start` or `end` tells. */
function createLane() {
  let running: Promise<unknown> = Promise.resolve()
  return {
    async start(work: () => Promise<unknown>): Promise<void> {
      await running
      running = work()
      running.catch(() => {})
    },
    end: () => running,
  }
}

const rethrow = (error: unknown): never => {
  throw writeFailed(error)
}
