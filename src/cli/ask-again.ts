import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../errors.ts'
import type { CliIo } from './io.ts'
import { whileWaiting } from './progress.ts'

/** A watch of many hours: since when, and what ends it. */
export interface Watch {
  startedAt: number
  signal: AbortSignal
}

/** Asks after a pause. Undefined where the server does not answer for now: it may be starting again, which is told. */
export async function askAgain<T>(
  io: CliIo,
  { startedAt, signal }: Watch,
  { words, pauseMs }: { words: string; pauseMs: number },
  ask: () => Promise<T>,
): Promise<T | undefined> {
  const askLater = async () => {
    await sleep(pauseMs, undefined, { signal }).catch(() => signal.throwIfAborted())
    return await ask()
  }
  return await whileWaiting(io, words, askLater, startedAt).catch((error: unknown) =>
    sayWhatPasses(io, error),
  )
}

/** Every error that does not pass by itself is thrown. */
function sayWhatPasses(io: CliIo, error: unknown): undefined {
  if (!(error instanceof AppError) || (error.code !== 'unavailable' && error.code !== 'rate_limited'))
    throw error
  io.err.write(`${error.message}; trying again\n`)
}
