import { setTimeout as sleep } from 'node:timers/promises'

export interface RetryOptions {
  /** Tries in all, the first included. */
  attempts: number
  /** The pause before the second try; it doubles with each, with jitter. */
  firstDelayMs: number
  isRetryable: (error: unknown) => boolean
  /** Ends a pause, and with it the tries. */
  signal?: AbortSignal | undefined
}

/** Runs `fn` until it succeeds, fails with an error that is not retryable, or was tried `attempts` times. */
export async function retry<T>(
  { attempts, firstDelayMs, isRetryable, signal }: RetryOptions,
  fn: (attempt: number) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await fn(attempt)
    } catch (error) {
      if (attempt >= attempts || signal?.aborted || !isRetryable(error)) throw error
      await sleep(jitteredDelayMs(attempt, firstDelayMs), undefined, { signal })
    }
  }
}

/** Between half of the doubled delay and all of it, so that two that clashed do not clash again. */
export function jitteredDelayMs(attempt: number, firstDelayMs: number, maxDelayMs = Infinity): number {
  const delayMs = Math.min(maxDelayMs, firstDelayMs * 2 ** (attempt - 1))
  return delayMs * (0.5 + Math.random() / 2)
}
