import type { Storage } from '@google-cloud/storage'
import { retry } from '../lib/retry.ts'
import { isRetryableGs } from './gs-errors.ts'
import { getJson } from './gs-request.ts'
import type { CallOptions } from './store.ts'

export interface GsClient {
  /** For small writes: never retries by itself, since `call` does, and gives up on a silent server soon. */
  requests: Storage
  /** For resumable uploads: their chunks can only be sent again from inside the client. */
  uploads: Storage
  call<T>(request: (attempt: number) => Promise<T>, options?: CallOptions): Promise<T>
  /** A `call` of the JSON API that only looks. */
  look<T>(path: string, options?: CallOptions): Promise<T>
}

export interface GsOptions {
  /** How long one request may take to answer. Default 15 s. */
  requestTimeoutMs?: number
  /** Tries of a request that was answered 429 or 5xx or cut. Default 4. */
  attempts?: number
}

/** The client is loaded when the first bucket is asked for: it costs 0.15 s and 20 MB that a server without buckets saves. */
export async function loadGsClient(options: GsOptions): Promise<GsClient> {
  const { Storage } = await import('@google-cloud/storage')
  const timeout = options.requestTimeoutMs ?? 15_000
  const attempts = options.attempts ?? 4
  const requests = new Storage({ retryOptions: { autoRetry: false }, timeout })
  const client: GsClient = {
    requests,
    uploads: new Storage({ retryOptions: { autoRetry: true, maxRetries: attempts - 1, totalTimeout: 120 } }),
    call: (request, { signal, onRequest } = {}) =>
      retry({ attempts, firstDelayMs: 100, isRetryable: isRetryableGs, signal }, (attempt) => {
        signal?.throwIfAborted()
        onRequest?.()
        return untilAborted(request(attempt), signal)
      }),
    look: (path, options) =>
      client.call(() => getJson(requests, path, { signal: options?.signal, timeoutMs: timeout }), options),
  }
  return client
}

/** What cannot be aborted is left behind here, and ends by its own time-out. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
