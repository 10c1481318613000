import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type GsServer, startGsServer } from '../../test/helpers/gs-server.ts'
import { silentLogger } from '../lib/logger.ts'
import { probe, type Verdict } from './probe.ts'
import { createStores, type Stores } from './stores.ts'

let server: GsServer
let stores: Stores
/** Gives up on a silent bucket soon; only for tests in which one is silent. */
let hasty: Stores
const base = mkdtempSync(path.join(tmpdir(), 'waybill-probe-'))

beforeAll(async () => {
  server = await startGsServer()
  process.env.STORAGE_EMULATOR_HOST = server.url
  stores = createStores({ log: silentLogger })
  hasty = createStores({ log: silentLogger, gs: { requestTimeoutMs: 3000 } })
})
afterAll(async () => {
  await server.close()
  rmSync(base, { recursive: true, force: true })
})

let made = 0
function freshBucket(): string {
  const bucket = `probe-${made++}`
  server.buckets.make(bucket)
  return bucket
}

const fill = (bucket: string, names: readonly string[]) => {
  for (const name of names) server.buckets.put(bucket, name, name)
}
const numbered = (count: number, prefix: string) =>
  Array.from({ length: count }, (_, i) => `${prefix}${String(i).padStart(6, '0')}`)

async function probeBucket(bucket: string, names: readonly string[]) {
  const root = `gs://${bucket}`
  const before = server.requests.length
  const result = await probe(
    stores,
    [root],
    names.map((name) => `${root}/${name}`),
  )
  expect(result.calls).toBe(server.requests.length - before)
  return result
}

const statesOf = (verdicts: readonly Verdict[]) =>
  [...new Set(verdicts.map((verdict) => verdict.state))].sort()

describe('the number of requests', () => {
  it('is a dozen for 10,000 files of one folder', async () => {
    const bucket = freshBucket()
    const names = numbered(10_000, 'run/')
    fill(bucket, names)
    const { verdicts, calls } = await probeBucket(bucket, names)
    expect(statesOf(verdicts)).toEqual(['present'])
    expect(calls).toBeLessThanOrEqual(20)
  })

  it('is a dozen for 10,000 files of 1,000 folders, and for 10,000 that are not there', async () => {
    const bucket = freshBucket()
    const names = numbered(1000, 'runs/r').flatMap((folder) => numbered(10, `${folder}/f`))
    expect((await probeBucket(bucket, names)).calls).toBeLessThanOrEqual(20)
    fill(bucket, names)
    const { verdicts, calls } = await probeBucket(bucket, names)
    expect(statesOf(verdicts)).toEqual(['present'])
    expect(calls).toBeLessThanOrEqual(20)
  })

  it('is one each for a few files', async () => {
    const bucket = freshBucket()
    fill(bucket, ['a', 'b'])
    expect((await probeBucket(bucket, ['a', 'b', 'c'])).calls).toBe(3)
  })

  it('is one for each folder of which five files or more are named', async () => {
    const bucket = freshBucket()
    const names = ['one', 'two', 'three'].flatMap((folder) => numbered(5, `${folder}/`))
    fill(bucket, [...names, 'alone/x'])
    expect((await probeBucket(bucket, [...names, 'alone/x'])).calls).toBe(4)
  })

  it('stays one each for a few files of a folder that holds much else, of which little is listed', async () => {
    const bucket = freshBucket()
    const all = numbered(20_000, 'big/')
    fill(bucket, all)
    const { verdicts, calls } = await probeBucket(
      bucket,
      all.filter((_, i) => i % 2000 === 0),
    )
    expect([statesOf(verdicts), calls]).toEqual([['present'], 10])
    expect(server.requests.some((line) => line.includes('maxResults=200&'))).toBe(true)
  })

  it('does not grow with what lies between the wanted files', async () => {
    const bucket = freshBucket()
    const names = [...numbered(100, 'a/'), ...numbered(100, 'z/')]
    fill(bucket, [...names, ...numbered(20_000, 'm/')])
    const { verdicts, calls } = await probeBucket(bucket, names)
    expect(statesOf(verdicts)).toEqual(['present'])
    expect(calls).toBeLessThanOrEqual(3)
  })

  it('stays near one each where the folder holds much more than is wanted', async () => {
    const bucket = freshBucket()
    const all = numbered(20_000, 'big/')
    fill(bucket, all)
    const names = all.filter((_, i) => i % 200 === 0)
    const { verdicts, calls } = await probeBucket(bucket, names)
    expect(statesOf(verdicts)).toEqual(['present'])
    expect(calls).toBeLessThanOrEqual(names.length + 3)
  })

  it('counts a path that is named many times once', async () => {
    const bucket = freshBucket()
    fill(bucket, ['a'])
    const { verdicts, calls } = await probeBucket(bucket, ['a', 'a', 'b', 'a'])
    expect([verdicts.map((one) => one.state), calls]).toEqual([
      ['present', 'present', 'absent', 'present'],
      2,
    ])
  })
})

describe('any bucket', () => {
  it('gets the same verdicts as one look at each path', async () => {
    const letter = fc.constantFrom('a', 'b', 'c', '.', '-', ' ', '0', 'é', '😀', '\uFFFD')
    const segment = fc
      .string({ unit: letter, minLength: 1, maxLength: 3 })
      .filter((one) => one !== '..' && one !== '.')
    const name = fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'))
    await fc.assert(
      fc.asyncProperty(
        fc.array(name, { maxLength: 150 }),
        fc.array(name, { maxLength: 60 }),
        fc.integer({ min: 1, max: 3 }),
        async (there, others, every) => {
          const bucket = freshBucket()
          fill(bucket, there)
          const wanted = [...there.filter((_, i) => i % every === 0), ...others].map(
            (one) => `gs://${bucket}/${one}`,
          )
          const store = stores.storeFor(`gs://${bucket}`)
          const { verdicts } = await probe(stores, [`gs://${bucket}`], wanted)
          const naive = await Promise.all(wanted.map((one) => store?.stat(one)))
          expect(verdicts.map(({ kind: _, ...look }: Verdict & { kind?: string }) => look)).toEqual(naive)
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe('faults', () => {
  it('of one bucket do not spoil the verdicts of another', async () => {
    for (const fault of [
      { action: 'refuse' },
      { action: 'status', status: 500 },
      { action: 'hang' },
    ] as const) {
      const [good, bad] = [freshBucket(), freshBucket()]
      const names = numbered(500, 'x/')
      fill(good, names)
      server.fail({ bucket: bad, ...fault })
      const roots = [`gs://${good}`, `gs://${bad}`]
      const started = Date.now()
      const { verdicts } = await probe(
        hasty,
        roots,
        roots.flatMap((root) => names.map((name) => `${root}/${name}`)),
      )
      expect(statesOf(verdicts.slice(0, 500))).toEqual(['present'])
      expect(statesOf(verdicts.slice(500))).toEqual([fault.action === 'refuse' ? 'forbidden' : 'failed'])
      expect(Date.now() - started).toBeLessThan(15_000)
    }
  })

  it('that pass are asked away', async () => {
    for (const fault of [
      { action: 'status', status: 500 },
      { action: 'status', status: 429 },
      { action: 'reset' },
    ] as const) {
      const bucket = freshBucket()
      fill(bucket, ['a', 'b', 'c'])
      server.fail({ bucket, ...fault, times: 2 })
      const { verdicts, calls } = await probeBucket(bucket, ['a', 'b', 'c'])
      expect([statesOf(verdicts), calls]).toEqual([['present'], 5])
    }
  })

  it('of listing alone are made good by single looks', async () => {
    const bucket = freshBucket()
    const names = numbered(50, 'x/')
    fill(bucket, names)
    server.fail({ bucket, action: 'refuse', only: '/o?' })
    expect(statesOf((await probeBucket(bucket, names)).verdicts)).toEqual(['present'])
  })

  it('end at the deadline or when the caller goes away', async () => {
    const bucket = freshBucket()
    server.fail({ bucket, action: 'hang' })
    const paths = numbered(10, `gs://${bucket}/`)
    const patient = createStores({ log: silentLogger, gs: { requestTimeoutMs: 20_000 } })
    const started = Date.now()
    const late = await probe(patient, [`gs://${bucket}`], paths, { timeoutMs: 200 })
    const gone = await probe(patient, [`gs://${bucket}`], paths, { signal: AbortSignal.timeout(200) })
    expect(statesOf([...late.verdicts, ...gone.verdicts])).toEqual(['failed'])
    expect(Date.now() - started).toBeLessThan(2000)
  })

  it('are no requests: other locations, other schemes, paths that cannot be', async () => {
    const root = `gs://${freshBucket()}`
    const paths = [
      'gs://other/x',
      `${root}x/y`,
      's3://b/x',
      'C:\\data\\x',
      'relative',
      `${root}/../x`,
      `${root}/.waybill-tmp/x`,
      '',
    ]
    const { verdicts, calls } = await probe(stores, [root, 's3://b'], paths)
    const states = [
      'uncovered',
      'uncovered',
      'uncovered',
      'uncovered',
      'absent',
      'absent',
      'absent',
      'absent',
    ]
    expect([verdicts.map((one) => one.state), calls]).toEqual([states, 0])
  })
})

interface Place {
  root: string
  put(name: string, content: string): void
}

function localPlace(): Place {
  const root = path.join(base, `root-${made++}`)
  mkdirSync(root)
  return {
    root,
    put(name, content) {
      mkdirSync(path.dirname(path.join(root, name)), { recursive: true })
      writeFileSync(path.join(root, name), content)
    },
  }
}

const places: Record<string, () => Place> = {
  gs: () => {
    const bucket = freshBucket()
    return { root: `gs://${bucket}`, put: (name, content) => void server.buckets.put(bucket, name, content) }
  },
  local: localPlace,
}

for (const [name, open] of Object.entries(places)) {
  describe(`directories as one item: ${name}`, () => {
    it('are there when their marker is, with count, size and digest', async () => {
      const { root, put } = open()
      for (const file of ['a.mt/part-0', 'a.mt/rows/part-1', 'a.mt/_SUCCESS', 'b.mt/part-0']) put(file, 'xx')
      for (const file of ['c.zarr/.zgroup', 'd.zarr/zarr.json', 'e.zarr/0.0', 'f/any/thing']) put(file, 'x')
      const names = [
        'a.mt',
        'a.mt/',
        'b.mt',
        'c.zarr',
        'd.zarr/',
        'e.zarr',
        'f/',
        'g/',
        'h.mt',
        'e.zarr/0.0/',
      ]
      const { verdicts } = await probe(
        stores,
        [root],
        names.map((one) => `${root}/${one}`),
      )
      expect(verdicts.map((one) => one.state)).toEqual([
        ...['present', 'present', 'absent', 'present', 'present'],
        ...['absent', 'present', 'absent', 'absent', 'absent'],
      ])
      expect(verdicts[0]).toMatchObject({ kind: 'directory', memberCount: 3, facts: { sizeBytes: 6 } })
      expect(verdicts[1]).toEqual(verdicts[0])
      expect(verdicts[2]).toMatchObject({ reason: expect.stringContaining('no _SUCCESS marker') })
      expect(verdicts[5]).toMatchObject({ reason: expect.stringContaining('.zgroup') })
    })

    it('have the same digest for the same bytes and another one for others', async () => {
      const { root, put } = open()
      for (const folder of ['one', 'two', 'three']) {
        put(`${folder}.mt/_SUCCESS`, '')
        put(`${folder}.mt/part`, folder === 'three' ? 'xy' : 'xx')
      }
      const { verdicts } = await probe(
        stores,
        [root],
        ['one', 'two', 'three'].map((one) => `${root}/${one}.mt`),
      )
      const digests = verdicts.map((one) =>
        one.state === 'present' && one.kind === 'directory' ? one.digest : '',
      )
      expect(digests[0]).toBe(digests[1])
      expect(digests[0]).not.toBe(digests[2])
    })

    it('are found among files in one pass', async () => {
      const { root, put } = open()
      const files = numbered(40, 'x/')
      for (const file of [...files, 'x/t.mt/_SUCCESS']) put(file, 'x')
      const { verdicts } = await probe(
        stores,
        [root],
        [...files, 'x/t.mt', 'x/none'].map((one) => `${root}/${one}`),
      )
      expect(verdicts.map((one) => one.state).slice(39)).toEqual(['present', 'present', 'absent'])
    })
  })
}

describe('local files', () => {
  it('get size and checksum when small, and links out get nothing', async () => {
    const { root, put } = localPlace()
    put('small', 'hello')
    put('large', 'x'.repeat(4 * 1024 * 1024 + 1))
    symlinkSync('/etc/passwd', path.join(root, 'out'))
    const { verdicts } = await probe(
      stores,
      [root],
      ['small', 'large', 'out', 'none'].map((one) => `${root}/${one}`),
    )
    expect(verdicts).toMatchObject([
      { state: 'present', kind: 'file', facts: { sizeBytes: 5, crc32c: 'mnG7TA==' } },
      { state: 'present', facts: { crc32c: null } },
      { state: 'absent' },
      { state: 'absent' },
    ])
  })
})
