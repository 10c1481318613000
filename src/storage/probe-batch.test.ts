import { setTimeout as pause } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { type GsServer, startGsServer } from '../../test/helpers/gs-server.ts'
import { silentLogger } from '../lib/logger.ts'
import { type ProbeOptions, probe } from './probe.ts'
import { createStores, type Stores } from './stores.ts'

const root = 'gs://shared'
let server: GsServer
let stores: Stores
beforeAll(async () => {
  server = await startGsServer()
  process.env.STORAGE_EMULATOR_HOST = server.url
  stores = createStores({ log: silentLogger })
})
beforeEach(() => {
  server.reset()
  server.latencyMs = 0
  server.buckets.make('shared')
})
afterAll(() => server.close())

/** A file whose size is its content's version. */
const write = (name: string, version: number) => server.buckets.put('shared', name, 'x'.repeat(version))

async function ask(names: string[], options: ProbeOptions = {}) {
  const { verdicts, calls } = await probe(
    stores,
    [root],
    names.map((name) => `${root}/${name}`),
    options,
  )
  const found = verdicts.map((one) => (one.state === 'present' ? one.facts.sizeBytes : one.state))
  return { found, calls }
}

it('what several ask in the same moment is asked once, and counted for one of them', async () => {
  write('a', 1)
  write('b', 2)
  const [one, two] = await Promise.all([ask(['a', 'b']), ask(['b', 'c'])])
  expect([one.found, two.found]).toEqual([
    [1, 2],
    [2, 'absent'],
  ])
  expect([server.requests.length, one.calls + two.calls]).toEqual([3, 3])
})

it('a folder is listed once for all who ask about files in it', async () => {
  const names = Array.from({ length: 50 }, (_, i) => `common/${i}`)
  for (const name of names) write(name, 1)
  const answers = await Promise.all(names.map((name) => ask([name])))
  expect(answers.every(({ found }) => found[0] === 1)).toBe(true)
  expect(server.requests.length).toBe(1)
})

it('who names many paths is asked for alone, so that nobody waits behind them', async () => {
  write('a', 1)
  const many = Array.from({ length: 100 }, (_, i) => `folder-${i}/x`)
  const [, few] = await Promise.all([ask(many), ask(['a'])])
  expect(few).toEqual({ found: [1], calls: 1 })
})

it('a question is never answered by a look that was sent before it', async () => {
  write('a', 1)
  server.latencyMs = 50
  const first = ask(['a'])
  while (server.requests.length === 0) await pause(1)
  write('a', 2)
  const second = await ask(['a'])
  expect(second).toEqual({ found: [2], calls: 1 })
  await first
  expect(server.requests.length).toBe(2)
})

it('an answer is as new as its question, however writes and questions fall together', async () => {
  const step = fc.oneof(
    fc.record({ write: fc.nat(7) }),
    fc.record({ ask: fc.uniqueArray(fc.nat(7), { minLength: 1 }) }),
    fc.record({ turns: fc.nat(3) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const versions = Array.from({ length: 8 }, () => 1)
      for (const [i, version] of versions.entries()) write(`f/${i}`, version)
      const checks: Promise<void>[] = []
      for (const one of steps) {
        if ('turns' in one) for (let i = 0; i < one.turns; i++) await new Promise(setImmediate)
        else if ('write' in one) {
          const version = (versions[one.write] ?? 0) + 1
          versions[one.write] = version
          write(`f/${one.write}`, version)
        } else {
          const atLeast = one.ask.map((i) => versions[i] ?? 0)
          const asked = ask(one.ask.map((i) => `f/${i}`))
          checks.push(
            asked.then(({ found }) => {
              for (const [i, size] of found.entries()) expect(size).toBeGreaterThanOrEqual(atLeast[i] ?? 0)
            }),
          )
        }
      }
      await Promise.all(checks)
    }),
    { numRuns: 100 },
  )
})

it('one who leaves gets no answer in time, and the others get theirs', async () => {
  write('a', 1)
  server.latencyMs = 150
  const [late, gone, stays] = await Promise.all([
    ask(['a'], { timeoutMs: 20 }),
    ask(['a', 'b'], { signal: AbortSignal.timeout(20) }),
    ask(['a']),
  ])
  expect([late.found, gone.found, stays.found]).toEqual([['failed'], ['failed', 'failed'], [1]])
  const [never, next] = await Promise.all([ask(['a'], { signal: AbortSignal.abort() }), ask(['a'])])
  expect([never, next.found]).toEqual([{ found: ['failed'], calls: 0 }, [1]])
})

it('what nobody waits for any more is ended', async () => {
  const many = Array.from({ length: 100 }, (_, i) => `folder-${i}/x`)
  server.fail({ bucket: 'shared', action: 'status', status: 503 })
  await ask(many, { timeoutMs: 20 })
  const sent = server.requests.length
  await pause(300)
  expect(server.requests.length).toBe(sent)
})

it('a fault ends with the batch that it befell', async () => {
  write('a', 1)
  server.fail({ bucket: 'shared', action: 'refuse', times: 1 })
  const both = await Promise.all([ask(['a']), ask(['a'])])
  expect(both.map(({ found }) => found)).toEqual([['forbidden'], ['forbidden']])
  expect((await ask(['a'])).found).toEqual([1])
  const broken: Stores = {
    storeFor: () => {
      const store = stores.storeFor(root)
      const stat = () => Promise.reject(new Error('a fault of the driver'))
      return store === null ? null : { ...store, stat }
    },
  }
  const asked = [1, 2].map(() => probe(broken, [root], [`${root}/a`]))
  for (const one of await Promise.allSettled(asked)) expect(one.status).toBe('rejected')
})
