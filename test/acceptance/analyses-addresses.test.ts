import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AnalysisApp, startAnalysisApp } from '../helpers/analysis-app.ts'

let app: AnalysisApp
beforeAll(async () => {
  app = await startAnalysisApp({ gs: { requestTimeoutMs: 500, attempts: 2 } })
})
afterAll(() => app.stop())

const shownObject = (path: string, state: string, reason: RegExp) =>
  expect.objectContaining({ path, valid: false, state, reason: expect.stringMatching(reason) })

async function countFiles(): Promise<number> {
  const { rows } = await app.database.pool.query('select count(*)::int as n from file')
  return rows[0].n
}

describe('a bare text in a tree', () => {
  it('is text where it only looks like a path', async () => {
    const before = await countFiles()
    const texts = [
      'results/x.vcf',
      './x',
      '../x',
      '~/x',
      'x.vcf',
      'C:',
      'C:relative',
      'gs://bucket',
      'gs://bucket/',
    ]
    texts.push(
      'gs:/bucket/x',
      'gs://',
      'GS://bucket/x',
      'Gs://bucket/x',
      's3://',
      's3://b',
      'https://host/x',
      'file:///etc',
    )
    texts.push(
      '/not/in/a/location',
      '/',
      '',
      ' ',
      ` ${app.at('x')}`,
      'C:\\folder\\x',
      '\\\\server\\share\\x',
      'a\tb',
    )
    texts.push(
      `${app.files}-sibling/x`,
      `${app.files}/../x`,
      `text with gs://bucket/x in it`,
      '//',
      'null',
      '{"basename":"x"}',
    )
    const { outputs } = await app.create({ texts })
    expect(outputs).toEqual({ texts })
    expect(await countFiles()).toBe(before)
  })

  it('is a file in a bucket or below a location', async () => {
    const files = [
      'gs://bucket/x',
      's3://any/x',
      'gs://elsewhere/x',
      app.at('none'),
      `${app.files}//none`,
      'gs://bucket/a b',
    ]
    const { id, outputs } = await app.create({ files })
    expect(outputs).toEqual({ files })
    const shown = await app.read(id, '?missing=object')
    expect(shown.outputs.files.map(({ state }: { state: string }) => state)).toEqual([
      'missing',
      'unreachable',
      'unreachable',
      'missing',
      'missing',
      'missing',
    ])
  })
})

describe('an address that cannot be looked at', () => {
  it.each([
    's3://bucket/x',
    'https://host/x',
    'http://host/x',
    'gs://elsewhere/x',
    '/not/in/a/location',
    'C:\\folder\\x.txt',
    'C:/folder/x.txt',
    '\\\\server\\share\\x.txt',
    'az://container/x',
  ])('%s is its own text, and unreachable with a reason', async (basename) => {
    const { id, outputs } = await app.create({ a: { basename } })
    expect(outputs).toEqual({ a: basename })
    const { a } = (await app.read(id, '?missing=object')).outputs
    expect(a).toEqual(shownObject(basename, 'unreachable', /location|cannot be looked at/))
    expect(a.checked_at).toBeNull()
  })

  it('GS:// given as basename is the bucket, under the name that was given', async () => {
    app.gs.buckets.put('bucket', 'upper', 'x')
    const { outputs } = await app.create({ a: { basename: 'GS://bucket/upper' } })
    expect(outputs.a).toMatchObject({ path: 'GS://bucket/upper', size: 1, valid: true })
  })

  it('heals when a location covers it and it is verified, and says so', async () => {
    app.gs.buckets.put('later', 'x', 'now')
    const { id } = await app.create({ a: { basename: 'gs://later/x' } })
    expect((await app.verify(id)).body.outputs).toEqual({ a: 'gs://later/x' })
    await app.request('POST', '/api/v1/locations', { root: 'gs://later' })
    const { body } = await app.verify(id)
    expect(body.outputs.a).toMatchObject({ path: 'gs://later/x', size: 3, valid: true })
    expect(body.changes).toMatchObject([{ at: 'a', path: 'gs://later/x', state: 'appeared' }])
  })

  it('is not called missing, nor seen, where another analysis saw it while it could', async () => {
    app.gs.buckets.put('brief', 'x', 'now')
    const location = await app.request('POST', '/api/v1/locations', { root: 'gs://brief' })
    const first = await app.create({ a: { basename: 'gs://brief/x' } })
    await app.request('DELETE', `/api/v1/locations/${location.body.id}`)
    const second = await app.create({ a: { basename: 'gs://brief/x' } })
    expect(second.outputs).toEqual({ a: 'gs://brief/x' })
    const { a } = (await app.read(second.id, '?missing=object')).outputs
    expect(a).toEqual(shownObject('gs://brief/x', 'unreachable', /could not be looked at/))
    expect((await app.read(first.id)).outputs.a).toMatchObject({ size: 3, valid: true })
  })
})

describe('a bucket that does not answer', () => {
  it.each([
    ['refuses', { action: 'refuse' }, /denied|refused|permission|allow/i],
    ['fails', { action: 'status', status: 500 }, /500|fail|answer/i],
    ['cuts the line', { action: 'reset' }, /./],
    ['never answers', { action: 'hang' }, /answer|time/i],
  ] as const)('leaves the path in its place where it %s', async (name, fault, reason) => {
    const bucket = `bad-${name.replaceAll(' ', '-')}`
    const path = `gs://${bucket}/x`
    app.gs.buckets.put(bucket, 'x', 'here')
    await app.request('POST', '/api/v1/locations', { root: `gs://${bucket}` })
    app.gs.fail({ bucket, times: 1000, ...fault })
    const good = await app.write('good.txt')
    const { id, outputs } = await app.create({ a: { basename: path }, good })
    expect(outputs).toEqual({ a: path, good: expect.objectContaining({ valid: true }) })
    const shown = await app.read(id, '?missing=object')
    expect(shown.outputs.a).toEqual(shownObject(path, 'unreachable', reason))
    expect(shown.outputs.a.checked_at).toEqual(expect.any(String))
  })
})
