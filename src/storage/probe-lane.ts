import { createGate } from '../lib/limit-concurrency.ts'
import type { CallOptions, NoAnswer, Store } from './store.ts'

/** After so many failures in a row a bucket is not asked again in this probe. */
const failuresToGiveUp = 8

/** One store during one probe: how many looks at a time, when to give up on it, and a count of its requests. */
export interface Lane {
  store: Store
  ask<T extends { state: string }>(look: (options: CallOptions) => Promise<T>): Promise<T | NoAnswer>
}

export function createLane(
  store: Store,
  options: { concurrency: number; signal: AbortSignal; onRequest: () => void },
): Lane {
  const { signal, onRequest } = options
  const gate = createGate(options.concurrency)
  const outOfTime: NoAnswer = { state: 'failed', reason: 'The look was ended before the store answered' }
  let failuresInARow = 0
  let givenUp: NoAnswer | null = null

  return {
    store,
    ask: (look) =>
      gate(async () => {
        if (givenUp !== null) return givenUp
        if (signal.aborted) return outOfTime
        const answer = await orWhenAborted(look({ signal, onRequest }), signal, outOfTime)
        if (answer.state !== 'failed') failuresInARow = 0
        else if (++failuresInARow >= failuresToGiveUp && isNoAnswer(answer)) givenUp = answer
        return answer
      }),
  }
}

function isNoAnswer(answer: { state: string }): answer is NoAnswer {
  return 'reason' in answer
}

/** A file system that hangs ends no call at all, so that the probe has to go on without it. */
function orWhenAborted<T, U>(work: Promise<T>, signal: AbortSignal, otherwise: U): Promise<T | U> {
  return new Promise((resolve, reject) => {
    const stop = () => resolve(otherwise)
    signal.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
