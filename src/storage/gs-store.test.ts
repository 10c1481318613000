import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type GsServer, startGsServer } from '../../test/helpers/gs-server.ts'
import { silentLogger } from '../lib/logger.ts'
import { createGsStores } from './gs-store.ts'
import { describeStore } from './store.contract.ts'
import type { Store } from './store.ts'

let server: GsServer
let storeAt: (root: string) => Store

beforeAll(async () => {
  server = await startGsServer()
  process.env.STORAGE_EMULATOR_HOST = server.url
  storeAt = createGsStores({ log: silentLogger })
})
afterAll(() => server.close())

let made = 0
function freshBucket(): string {
  const bucket = `bucket-${made++}`
  server.buckets.make(bucket)
  return bucket
}

for (const below of ['', '/some/folder']) {
  describeStore(`gs${below}`, async () => {
    const bucket = freshBucket()
    return {
      store: storeAt(`gs://${bucket}${below}`),
      put: async (path, content) => {
        server.buckets.put(bucket, path.slice(`gs://${bucket}/`.length), content)
      },
      everything: async () => server.buckets.names(bucket).map((name) => `gs://${bucket}/${name}`),
    }
  })
}

describe('a bucket', () => {
  it('that is not there, refuses or fails is told in plain words', async () => {
    const bucket = freshBucket()
    const store = storeAt(`gs://${bucket}`)
    expect(await storeAt('gs://nowhere').stat('gs://nowhere/x')).toEqual({
      state: 'absent',
      reason: 'There is no bucket "nowhere"',
    })
    server.fail({ bucket, action: 'refuse', times: 2 })
    expect(await store.stat(`gs://${bucket}/x`)).toEqual({
      state: 'forbidden',
      reason: `The bucket "${bucket}" refused access`,
    })
    await expect(store.readRange(`gs://${bucket}/x`)).rejects.toMatchObject({ code: 'unavailable' })
    server.fail({ bucket, action: 'status', status: 500, times: 4 })
    expect((await store.stat(`gs://${bucket}/x`)).state).toBe('failed')
  })

  for (const fault of [
    { action: 'status', status: 500 },
    { action: 'status', status: 429 },
    { action: 'status', status: 503 },
    { action: 'reset' },
  ] as const) {
    it(`is asked again after ${fault.action} ${'status' in fault ? fault.status : ''}, once for each failure`, async () => {
      const bucket = freshBucket()
      server.buckets.put(bucket, 'x', 'hello')
      server.fail({ bucket, ...fault, times: 2 })
      let requests = 0
      const look = await storeAt(`gs://${bucket}`).stat(`gs://${bucket}/x`, { onRequest: () => requests++ })
      expect([look.state, requests]).toEqual(['present', 3])
      server.fail({ bucket, ...fault, times: 2 })
      const content = await buffer(await storeAt(`gs://${bucket}`).readRange(`gs://${bucket}/x`))
      expect(content.toString()).toBe('hello')
    })
  }

  it('that fails for good is asked four times and no more', async () => {
    const bucket = freshBucket()
    server.fail({ bucket, action: 'status', status: 503 })
    const before = server.requests.length
    expect((await storeAt(`gs://${bucket}`).stat(`gs://${bucket}/x`)).state).toBe('failed')
    expect(server.requests.length - before).toBe(4)
  })

  it('that hangs is given up in time', async () => {
    const bucket = freshBucket()
    server.fail({ bucket, action: 'hang' })
    const hasty = createGsStores({ log: silentLogger, requestTimeoutMs: 500 })
    const started = Date.now()
    const look = await hasty(`gs://${bucket}`).stat(`gs://${bucket}/x`)
    expect(look).toEqual({ state: 'failed', reason: `The bucket "${bucket}" did not answer in time` })
    expect(Date.now() - started).toBeLessThan(3000)
  })

  it('keeps the first copy when its answer is lost and the copy is asked for again', async () => {
    const bucket = freshBucket()
    const store = storeAt(`gs://${bucket}`)
    const { path } = await store.writeTemporary(Readable.from([Buffer.from('bytes')]))
    const name = path.slice(`gs://${bucket}/`.length)
    server.buckets.copy(bucket, name, bucket, 'final', new URLSearchParams())
    server.fail({ bucket, action: 'reset', times: 1, only: 'rewriteTo' })
    const facts = await store.moveInPlace(path, `gs://${bucket}/final`, { ifAbsent: true })
    expect(facts.sizeBytes).toBe(5)
  })

  it('goes on serving other readers when one goes away', async () => {
    const bucket = freshBucket()
    server.buckets.put(bucket, 'big', Buffer.alloc(8_000_000))
    const store = storeAt(`gs://${bucket}`)
    const [one, two] = await Promise.all([
      store.readRange(`gs://${bucket}/big`),
      store.readRange(`gs://${bucket}/big`),
    ])
    one.on('error', () => {})
    one.destroy(new Error('the client went away'))
    expect((await buffer(two)).length).toBe(8_000_000)
  })

  it('holds any name an object can have', async () => {
    const bucket = freshBucket()
    const store = storeAt(`gs://${bucket}`)
    for (const name of ['/lead', 'a//b', ':x', 'a?b#c&d=e', '%2F', 'ü 😀', "'()*!~", 'x'.repeat(1024)]) {
      server.buckets.put(bucket, name, name)
      expect((await store.stat(`gs://${bucket}/${name}`)).state, name).toBe('present')
      expect((await buffer(await store.readRange(`gs://${bucket}/${name}`))).toString()).toBe(name)
    }
    expect((await store.stat(`gs://${bucket}/.`)).state).toBe('absent')
  })

  it('uploads in chunks again when one of them fails', async () => {
    const bucket = freshBucket()
    const store = storeAt(`gs://${bucket}`)
    server.fail({ bucket, action: 'status', status: 503, times: 1, only: 'upload_id' })
    const blocks = Readable.from(
      (function* () {
        for (let i = 0; i < 80; i++) yield Buffer.alloc(256 * 1024, i)
      })(),
    )
    const written = await store.writeTemporary(blocks)
    expect(written.sizeBytes).toBe(80 * 256 * 1024)
    expect(await store.stat(written.path)).toMatchObject({ facts: { crc32c: written.crc32c } })
  })
})

it('memory stays flat while 300 MB go into a bucket and come back', async () => {
  const bucket = freshBucket()
  const store = storeAt(`gs://${bucket}`)
  const block = Buffer.alloc(256 * 1024, 7)
  const before = process.memoryUsage().rss
  let peak = 0
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss)
  }, 20)
  const source = Readable.from(
    (function* () {
      for (let i = 0; i < 1200; i++) yield block
    })(),
  )
  const { path, sizeBytes } = await store.writeTemporary(source)
  let readBytes = 0
  for await (const chunk of await store.readRange(path)) readBytes += (chunk as Buffer).length
  clearInterval(watch)
  expect([sizeBytes, readBytes]).toEqual([1200 * block.length, 1200 * block.length])
  expect(peak - before).toBeLessThan(180 * 1024 * 1024)
})
