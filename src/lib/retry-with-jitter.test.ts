import { expect, it } from 'vitest'
import { retryWithJitter } from './retry-with-jitter.ts'

const failing = (times: number) => {
  const seen = { tries: 0 }
  const attempt = async () => {
    seen.tries += 1
    if (seen.tries <= times) throw new Error(`fault ${seen.tries}`)
    return 'done'
  }
  return { seen, attempt }
}

it('tries again until it works, no more often than it is told', async () => {
  const options = { isRetryable: () => true, attempts: 3, firstPauseMs: 1 }
  const passing = failing(2)
  expect(await retryWithJitter(passing.attempt, options)).toBe('done')
  const lasting = failing(9)
  await expect(retryWithJitter(lasting.attempt, options)).rejects.toThrow('fault 3')
  expect([passing.seen.tries, lasting.seen.tries]).toEqual([3, 3])
})

it('does not try again what cannot help, nor after the caller went away', async () => {
  const hopeless = failing(9)
  await expect(retryWithJitter(hopeless.attempt, { isRetryable: () => false })).rejects.toThrow('fault 1')
  const controller = new AbortController()
  const left = failing(9)
  const retried = retryWithJitter(left.attempt, {
    isRetryable: () => true,
    firstPauseMs: 60_000,
    signal: controller.signal,
  })
  setTimeout(() => controller.abort(), 10)
  await expect(retried).rejects.toThrow()
  expect([hopeless.seen.tries, left.seen.tries]).toEqual([1, 1])
})
