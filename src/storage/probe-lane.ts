import { createGate } from '../lib/limit-concurrency.ts'
import type { CallOptions, NoAnswer, Store } from './store.ts'

/** After so many failures in a row a store is not asked again for this batch. */
const failuresToGiveUp = 8

/** One store for one batch of looks: how many at a time, when to give up on it, and a count of its requests. */
export interface Lane {
  store: Store
  ask<T extends { state: string }>(look: (options: CallOptions) => Promise<T>): Promise<T | NoAnswer>
}

export function createLane(store: Store, signal: AbortSignal, onRequest: () => void): Lane {
  const gate = createGate(store.concurrentLooks)
  let failuresInARow = 0
  let givenUp: NoAnswer | null = null

  return {
    store,
    ask: (look) =>
      gate(async () => {
        if (givenUp !== null) return givenUp
        if (signal.aborted) return outOfTime
        const answer = await look({ signal, onRequest })
        if (answer.state !== 'failed') failuresInARow = 0
        else if (++failuresInARow >= failuresToGiveUp && isNoAnswer(answer)) givenUp = answer
        return answer
      }),
  }
}

export const outOfTime: NoAnswer = {
  state: 'failed',
  reason: 'The look was ended before the store answered',
}

function isNoAnswer(answer: { state: string }): answer is NoAnswer {
  return 'reason' in answer
}
