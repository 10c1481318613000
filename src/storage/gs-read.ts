import { PassThrough, pipeline, type Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { Storage } from '@google-cloud/storage'
import { isRangeFault } from './gs-errors.ts'
import { sendGet } from './gs-request.ts'
import type { ReadOptions } from './store.ts'

/** How long a reader may pause, or the bucket. */
const silenceMs = 60_000

/** The stored bytes of an object. */
export async function readObject(
  storage: Storage,
  objectPath: string,
  { start = 0, end, generation, signal }: ReadOptions,
): Promise<Readable> {
  const query = generation === undefined ? '' : `&generation=${encodeURIComponent(generation)}`
  const headers: Record<string, string> = { 'accept-encoding': 'gzip' }
  if (start > 0 || end !== undefined) headers.range = `bytes=${start}-${end ?? ''}`
  const options = { headers, signal, timeoutMs: silenceMs }
  try {
    const response = await sendGet(storage, 'content', `${objectPath}?alt=media${query}`, options)
    const compressedOnTheWay =
      response.headers['content-encoding'] === 'gzip' &&
      response.headers['x-goog-stored-content-encoding'] === 'identity'
    return compressedOnTheWay ? pipeline(response, createGunzip(), () => {}) : response
  } catch (error) {
    if (isRangeFault(error)) return new PassThrough().end()
    throw error
  }
}
