import { setTimeout as sleep } from 'node:timers/promises'
import { crc32c } from '@node-rs/crc32'
import { AppError } from '../../errors.ts'
import { checksumFromNumber } from '../../lib/content-hash.ts'
import { jitteredDelayMs } from '../../lib/retry.ts'
import { type ApiClient, networkError } from '../client.ts'
import type { Progress } from '../progress.ts'
import type { Sink } from './download-sink.ts'

export interface Downloaded {
  sizeBytes: number
  crc32c: string
}

/** In a row without a byte between them. */
const maxFailures = 5
const firstDelayMs = 250

/**
 * Streams a file's content into `sink`. A broken transfer goes on where it broke, as long as the file is still the
 * same; where it has changed meanwhile it begins again, and throws `unavailable` if the sink cannot.
 */
export async function download(
  client: ApiClient,
  fileId: number,
  sink: Sink,
  { signal, progress }: { signal: AbortSignal; progress: Progress },
): Promise<Downloaded> {
  let done = 0
  let checksum = 0
  let etag: string | null = null
  let failures = 0
  for (;;) {
    const doneBefore = done
    try {
      const answer = await openFrom(client, fileId, done, signal)
      if (done > 0 && (answer.status !== 206 || answer.headers.get('etag') !== etag)) {
        await answer.body?.cancel()
        if (sink.restart === null) {
          throw new AppError('differs', 'The file changed while it was read; start again')
        }
        await sink.restart()
        done = 0
        checksum = 0
        progress.reset(0)
        continue
      }
      etag = answer.headers.get('etag')
      for await (const chunk of answer.body ?? []) {
        await sink.write(chunk)
        checksum = crc32c(chunk, checksum)
        done += chunk.length
        progress.advance(chunk.length)
      }
      return { sizeBytes: done, crc32c: checksumFromNumber(checksum) }
    } catch (error) {
      if (signal.aborted) throw new AppError('interrupted')
      const broken = asTransferFault(client, error)
      failures = done > doneBefore ? 1 : failures + 1
      if (broken === undefined || failures >= maxFailures) throw broken ?? error
      await sleep(jitteredDelayMs(failures, firstDelayMs), undefined, { signal }).catch(() => undefined)
    }
  }
}

function openFrom(client: ApiClient, fileId: number, done: number, signal: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = done === 0 ? {} : { range: `bytes=${done}-` }
  return client.open(`/files/${fileId}/content`, { headers, signal })
}

/** What may pass by itself; undefined for what will be the same next time. fetch's own errors are TypeErrors. */
function asTransferFault(client: ApiClient, error: unknown): AppError | undefined {
  if (error instanceof AppError) return error.code === 'unavailable' ? error : undefined
  return error instanceof TypeError ? networkError(client.url, error) : undefined
}
