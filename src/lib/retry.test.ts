import { expect, it } from 'vitest'
import { retry } from './retry.ts'

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
  const options = { isRetryable: () => true, attempts: 3, firstDelayMs: 1 }
  const passing = failing(2)
  expect(await retry(options, passing.attempt)).toBe('done')
  const lasting = failing(9)
  await expect(retry(options, lasting.attempt)).rejects.toThrow('fault 3')
  expect([passing.seen.tries, lasting.seen.tries]).toEqual([3, 3])
})

it('does not try again what cannot help, nor after the caller went away', async () => {
  const options = { attempts: 4, firstDelayMs: 60_000 }
  const hopeless = failing(9)
  await expect(retry({ ...options, isRetryable: () => false }, hopeless.attempt)).rejects.toThrow('fault 1')
  const signal = AbortSignal.timeout(10)
  const left = failing(9)
  await expect(retry({ ...options, isRetryable: () => true, signal }, left.attempt)).rejects.toThrow()
  expect([hopeless.seen.tries, left.seen.tries]).toEqual([1, 1])
})
