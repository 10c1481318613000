import { setTimeout as pause } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createGatherer } from './gather.ts'

describe('gathering', () => {
  it('does in one batch what is asked for in one moment, and what comes while it runs in the next', async () => {
    const batches: number[][] = []
    const double = createGatherer(
      async (items: number[]) => {
        batches.push(items)
        await pause(10)
        return items.map((item) => item * 2)
      },
      { lanes: 1, most: 100 },
    )
    const first = [1, 2, 3].map(double)
    await pause(5)
    const second = [4, 5].map(double)
    expect(await Promise.all([...first, ...second])).toEqual([2, 4, 6, 8, 10])
    expect(batches).toEqual([
      [1, 2, 3],
      [4, 5],
    ])
  })

  it('answers each caller its own, whatever comes when', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(6), { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 5 }),
        async (delays, lanes, most) => {
          let running = 0
          const ask = createGatherer(
            async (items: number[]) => {
              running += 1
              expect(running).toBeLessThanOrEqual(lanes)
              expect(items.length).toBeLessThanOrEqual(most)
              await pause(1)
              running -= 1
              return items.map(String)
            },
            { lanes, most },
          )
          const answers = await Promise.all(
            delays.map(async (delay, index) => {
              if (delay > 0) await pause(delay)
              return await ask(index)
            }),
          )
          expect(answers).toEqual(delays.map((_, index) => String(index)))
        },
      ),
      { numRuns: 30 },
    ))

  it('tells a fault to the callers of that batch alone', async () => {
    const ask = createGatherer(
      async (items: number[]) => {
        if (items.includes(13)) throw new Error('unlucky')
        return items
      },
      { lanes: 1, most: 2 },
    )
    const answers = await Promise.allSettled([1, 13, 3, 4].map(ask))
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled', 'fulfilled'])
    expect(await ask(5)).toBe(5)
  })
})
