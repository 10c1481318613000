import { setTimeout as pause } from 'node:timers/promises'

export interface RetryOptions {
  isRetryable: (error: unknown) => boolean
  /** Tries in all. Default 4. */
  attempts?: number
  /** Upper bound of the first pause; each further one doubles. Default 100 ms. */
  firstPauseMs?: number
  signal?: AbortSignal | undefined
}

/** Tries again after a pause drawn evenly from nought to a doubling bound, so that many callers do not return together. */
export async function retryWithJitter<T>(
  attempt: (number: number) => Promise<T>,
  options: RetryOptions,
): Promise<T> {
  const { attempts = 4, firstPauseMs = 100, signal } = options
  for (let number = 1; ; number++) {
    try {
      return await attempt(number)
    } catch (error) {
      if (number >= attempts || signal?.aborted || !options.isRetryable(error)) throw error
      const boundMs = firstPauseMs * 2 ** (number - 1)
      await pause(Math.random() * boundMs, undefined, signal === undefined ? {} : { signal })
    }
  }
}
