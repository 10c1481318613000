import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { FileMetadata } from '@google-cloud/storage'
import { AppError } from '../errors.ts'
import { crc32cOf, createContentHash } from '../lib/content-hash.ts'
import type { GsClient } from './gs-client.ts'
import { gsWriteFailed, isPreconditionFault } from './gs-errors.ts'
import type { WrittenTemporary } from './store.ts'

/** Content up to this size goes in one request; it is held in memory so that the request can be made again. */
const oneRequestBytes = 1024 * 1024
const uploadChunkBytes = 8 * 1024 * 1024

/** Uploads under a new name in `folder`. A source that breaks off leaves nothing: an upload appears only when it is complete. */
export async function uploadTemporary(
  client: GsClient,
  bucket: string,
  folder: string,
  content: Readable,
): Promise<Omit<WrittenTemporary, 'path' | 'onDisk'> & { name: string }> {
  const name = `${folder}${randomUUID()}`
  const hash = createContentHash()
  const source = content[Symbol.asyncIterator]()
  const head: Buffer[] = []
  let headBytes = 0
  let ended = false
  while (headBytes <= oneRequestBytes && !ended) {
    const { value, done } = (await source.next()) as IteratorResult<Buffer, undefined>
    ended = done === true
    if (value === undefined) continue
    hash.update(value)
    head.push(value)
    headBytes += value.length
  }
  let stored: string | undefined
  const sourceFault: { error?: unknown } = {}
  try {
    if (ended) {
      stored = (await client.call(() => saveWhole(client, bucket, name, Buffer.concat(head)))).crc32c
    } else {
      const file = client.uploads.bucket(bucket).file(name)
      const target = file.createWriteStream({
        resumable: true,
        chunkSize: uploadChunkBytes,
        validation: false,
        // Without a condition the client takes a chunk for unsafe to send again.
        preconditionOpts: { ifGenerationMatch: 0 },
      })
      await pipeline(Readable.from(rest(head, source, hash, sourceFault), { objectMode: false }), target)
      stored = file.metadata.crc32c
    }
  } catch (error) {
    content.destroy()
    if ('error' in sourceFault) throw sourceFault.error
    throw gsWriteFailed(bucket, error)
  }
  const written = hash.digest()
  if (stored !== written.crc32c) throw await otherBytes(client, bucket, name)
  return { name, ...written }
}

/** Uploads under a name that no object has, in one request: `isAgain` where one before it was not answered. */
export async function uploadNew(
  client: GsClient,
  bucket: string,
  { name, content, isAgain }: { name: string; content: Buffer; isAgain: boolean },
): Promise<FileMetadata> {
  const sent = crc32cOf(content)
  const save = saveWhole(client, bucket, name, content, { ifGenerationMatch: 0 })
  const metadata = await save.catch(async (error: unknown) => {
    // What a request put there whose answer was lost is its own.
    if (!isAgain || !isPreconditionFault(error)) throw error
    const [there] = await client.requests.bucket(bucket).file(name).getMetadata()
    if (there.crc32c === sent) return there
    throw error
  })
  if (metadata.crc32c !== sent) throw await otherBytes(client, bucket, name)
  return metadata
}

async function saveWhole(
  client: GsClient,
  bucket: string,
  name: string,
  content: Buffer,
  preconditionOpts: { ifGenerationMatch?: number } = {},
): Promise<FileMetadata> {
  const file = client.requests.bucket(bucket).file(name)
  await file.save(content, { resumable: false, validation: false, preconditionOpts })
  return file.metadata
}

async function otherBytes(client: GsClient, bucket: string, name: string): Promise<AppError> {
  await client.requests.bucket(bucket).file(name).delete({ ignoreNotFound: true })
  return new AppError(
    'unavailable',
    `The file cannot be stored: the bucket "${bucket}" stored other bytes than were sent. Try again`,
  )
}

async function* rest(
  head: Buffer[],
  source: AsyncIterator<Buffer>,
  hash: { update(chunk: Buffer): void },
  fault: { error?: unknown },
): AsyncGenerator<Buffer> {
  yield* head.splice(0)
  for (;;) {
    let step: IteratorResult<Buffer>
    try {
      step = await source.next()
    } catch (error) {
      fault.error = error
      throw error
    }
    if (step.done) return
    hash.update(step.value)
    yield step.value
  }
}
