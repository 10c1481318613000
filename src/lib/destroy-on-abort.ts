import type { Readable } from 'node:stream'

/** Breaks `stream` off with the signal's reason. Answers what stops the watching. */
export function destroyOnAbort(stream: Readable, signal: AbortSignal | undefined): () => void {
  if (signal === undefined) return () => {}
  const stop = () => {
    stream.destroy(
      signal.reason instanceof Error ? signal.reason : new Error('aborted', { cause: signal.reason }),
    )
  }
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop, { once: true })
  return () => signal.removeEventListener('abort', stop)
}
