import { setTimeout as pause } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { createGate, forEachConcurrently } from './limit-concurrency.ts'

function counted() {
  const seen = { running: 0, most: 0, done: 0 }
  const work = async () => {
    seen.most = Math.max(seen.most, ++seen.running)
    await pause(1)
    seen.running -= 1
    seen.done += 1
  }
  return { seen, work }
}

it('a gate lets no more through than it is told, also after a fault', async () => {
  const gate = createGate(3)
  const { seen, work } = counted()
  await expect(gate(() => Promise.reject(new Error('one fails')))).rejects.toThrow('one fails')
  await Promise.all(Array.from({ length: 20 }, () => gate(work)))
  expect(seen).toEqual({ running: 0, most: 3, done: 20 })
})

it('every item is worked on once, so many at a time', async () => {
  const { seen, work } = counted()
  await forEachConcurrently(Array.from({ length: 20 }), 4, work)
  expect(seen).toEqual({ running: 0, most: 4, done: 20 })
})
