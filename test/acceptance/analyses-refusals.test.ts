import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AnalysisApp, startAnalysisApp } from '../helpers/analysis-app.ts'

let app: AnalysisApp
let x: string
beforeAll(async () => {
  app = await startAnalysisApp({ gs: { requestTimeoutMs: 500, attempts: 2 } })
  x = await app.write('x.txt')
  for (const bucket of ['refusing', 'failing']) {
    app.gs.buckets.make(bucket)
    await app.request('POST', '/api/v1/locations', { root: `gs://${bucket}` })
  }
  app.gs.fail({ bucket: 'refusing', action: 'refuse' })
  app.gs.fail({ bucket: 'failing', action: 'status', status: 500 })
})
afterAll(() => app.stop())

async function faultsOf(outputs: unknown, more: object = {}): Promise<string[]> {
  const { status, body } = await app.register(outputs, more)
  expect(status, JSON.stringify(body)).toBe(422)
  expect(body.error).toContain(body.details[0].message)
  return body.details.map(({ field }: { field: string }) => field)
}

/** Everything that a registration may leave behind. */
async function everything() {
  const tables = [
    'analysis',
    'file',
    'file_version',
    'file_event',
    'file_use',
    'project',
    'audit_entry',
    'idempotency_key',
  ]
  const queries = [...tables, 'graphile_worker._private_jobs'].map((table) =>
    app.database.pool.query(
      `select md5(coalesce(string_agg(t::text, ' ' order by t::text), '')) from ${table} t`,
    ),
  )
  return (await Promise.all(queries)).map(({ rows }) => rows[0].md5)
}

describe('a tree that cannot be taken', () => {
  it('is told the place of each relative address, in primaries and companions', async () => {
    expect(
      await faultsOf({
        a: { basename: 'relative.txt' },
        list: [{ basename: x }, { basename: './x' }],
        deep: { b: { basename: x, path: 'x' } },
        c: { basename: x, secondary_files: { one: { basename: 'one' }, two: 'two', three: x } },
        empty: { basename: '' },
        bucket: { basename: 'gs://bucket' },
        up: { basename: '/a/../b' },
        control: { basename: '/a\tb' },
      }),
    ).toEqual([
      'outputs.a',
      'outputs.list[1]',
      'outputs.deep.b',
      'outputs.c.secondary_files.one',
      'outputs.c.secondary_files.two',
      'outputs.empty',
      'outputs.bucket',
      'outputs.up',
      'outputs.control',
    ])
  })

  it('is told the place of each further key and each wrong field of a file', async () => {
    expect(
      await faultsOf({
        a: { basename: x, size_bytes: 1, extra: { basename: x } },
        b: [{ basename: x, secondary_files: { i: { basename: x, more: 1 } } }],
        c: { basename: x, path: 5 },
        d: { basename: x, meta: 'text' },
        e: { basename: x, meta: [] },
        f: { basename: x, secondary_files: [] },
        g: { basename: x, secondary_files: { i: null, j: 5, k: {}, l: [x], m: { basename: 5 } } },
      }),
    ).toEqual([
      'outputs.a.size_bytes',
      'outputs.a.extra',
      'outputs.b[0].secondary_files.i.more',
      'outputs.c.path',
      'outputs.d.meta',
      'outputs.e.meta',
      'outputs.f.secondary_files',
      ...['i', 'j', 'k', 'l', 'm'].map((name) => `outputs.g.secondary_files.${name}`),
    ])
  })

  it('takes and ignores what an answer shows of a file', async () => {
    const shown = {
      id: 1,
      parent_id: 5,
      dirname: 1,
      nameroot: null,
      nameext: [],
      file_checksum: 'x',
      size: -1,
    }
    const { outputs } = await app.create({
      a: {
        basename: x,
        ...shown,
        valid: false,
        state: 'x',
        reason: 'y',
        checked_at: 'z',
        meta: null,
        secondary_files: null,
      },
    })
    expect(outputs.a).toMatchObject({ path: x, valid: true, size: 16, parent_id: null, secondary_files: {} })
    expect(outputs.a.id).not.toBe(shown.id * 1_000_000)
    expect(Object.keys(outputs.a)).not.toContain('state')
  })

  it('names output where output was given, and both when both are', async () => {
    expect(await faultsOf(undefined, { output: 'relative' })).toEqual(['output'])
    expect(await faultsOf({ a: 1 }, { output: x })).toEqual(['output'])
    expect(await faultsOf({ a: { basename: 'r' } }, { output: x })).toEqual(['outputs.a', 'output'])
    expect((await app.create(null, { output: x })).outputs).toMatchObject({ path: x })
    expect(await faultsOf(undefined, { output: null })).toEqual(['output'])
    expect(await faultsOf(undefined, { output: '' })).toEqual(['output'])
  })

  it('is told of with the faults of its other fields', async () => {
    const fields = await faultsOf(
      { a: { basename: 'r' } },
      { type: 'a\nb', author: ' ', sequencing_group_ids: ['ok', '\t'] },
    )
    expect(fields).toEqual(['type', 'author', 'sequencing_group_ids[1]', 'outputs.a'])
  })

  it('has at most a hundred faults told, and says that there are more', async () => {
    const { body } = await app.register({ list: Array.from({ length: 2000 }, () => ({ basename: 'r' })) })
    expect(body.details).toHaveLength(101)
    expect(body.details[100].message).toMatch(/more/)
  })

  it('leaves nothing, not even its project', async () => {
    const before = await everything()
    await faultsOf({ a: { basename: 'relative' }, b: x })
    await app.request('POST', '/api/v1/analysis/new-project', { type: 'a', status: 'none', outputs: {} })
    expect(await everything()).toEqual(before)
  })
})

describe('?unreachable=refuse', () => {
  const refuse = (outputs: unknown, more = {}) => app.register(outputs, more, '?unreachable=refuse')

  it('answers 503 where a store refuses or fails, and 422 where no location covers a path', async () => {
    const before = await everything()
    for (const [outputs, status, field] of [
      [{ a: { basename: x }, b: [{ basename: 'gs://refusing/x' }] }, 503, 'outputs.b[0]'],
      [{ a: 'gs://failing/x' }, 503, 'outputs.a'],
      [{ a: { basename: x, secondary_files: { i: 'gs://failing/x' } } }, 503, 'outputs.a.secondary_files.i'],
      [{ a: { basename: '/not/in/a/location' } }, 422, 'outputs.a'],
      [{ a: 's3://bucket/x' }, 422, 'outputs.a'],
      ['gs://failing/x', 503, 'outputs'],
    ] as const) {
      const answer = await refuse(outputs)
      expect([answer.status, answer.body.details.map((one: { field: string }) => one.field)]).toEqual([
        status,
        [field],
      ])
      expect(answer.headers['retry-after'] !== undefined).toBe(status === 503)
    }
    const output = await refuse(undefined, { output: 'gs://failing/x' })
    expect([output.status, output.body.details[0].field]).toEqual([503, 'output'])
    const both = await refuse({ a: 'gs://failing/x', b: { basename: '/nowhere/x' } })
    expect([both.status, both.body.details.length]).toEqual([422, 2])
    expect(await everything()).toEqual(before)
  })

  it('takes what is there, and what is missing', async () => {
    const missing = app.at('missing')
    const { status, body } = await refuse({ x, missing, text: '/nowhere/x' })
    expect(status).toBe(201)
    expect(body.outputs).toMatchObject({ x: { path: x }, missing, text: '/nowhere/x' })
  })

  it('refuses a PATCH the same way, and leaves what stands', async () => {
    const { id } = await app.create({ x })
    const before = await everything()
    const text = JSON.stringify(await app.read(id))
    for (const [outputs, status] of [
      [{ a: 'gs://refusing/x' }, 503],
      [{ a: { basename: '/nowhere/x' } }, 422],
    ] as const) {
      expect((await app.patch(id, { outputs, status: 'failed' }, '?unreachable=refuse')).status).toBe(status)
    }
    expect(JSON.stringify(await app.read(id))).toBe(text)
    expect(await everything()).toEqual(before)
  })

  it('takes accept and refuse and nothing else', async () => {
    expect((await app.register({}, {}, '?unreachable=accept')).status).toBe(201)
    expect((await app.register({}, {}, '?unreachable=maybe')).status).toBe(400)
    expect((await app.register({}, {}, '?missing=gone')).status).toBe(400)
  })
})

describe('a registration with an Idempotency-Key', () => {
  const post = (outputs: unknown, key: string, query = '') =>
    app.request(
      'POST',
      `/api/v1/analysis/project${query}`,
      { type: 'a', status: 'completed', outputs },
      undefined,
      {
        'idempotency-key': key,
      },
    )

  it('is done once, tree and all, whatever became of its files or their store', async () => {
    app.gs.buckets.put('bucket', 'once.txt', 'first')
    const tree = { list: ['gs://bucket/once.txt', app.at('missing'), 5], b: { basename: x, meta: { n: 1 } } }
    const first = await post(tree, 'k1', '?unreachable=refuse')
    expect(first.status).toBe(201)
    app.gs.buckets.put('bucket', 'once.txt', 'second')
    app.gs.fail({ bucket: 'bucket', action: 'refuse', times: 100 })
    const before = await everything()
    const second = await post(tree, 'k1', '?unreachable=refuse')
    expect([second.status, second.body, second.headers['idempotent-replay']]).toEqual([
      201,
      first.body,
      'true',
    ])
    expect(await everything()).toEqual(before)
  })

  it('is refused with another tree under the same key', async () => {
    const first = await post({ list: [1, 2] }, 'k2')
    expect(first.status).toBe(201)
    for (const outputs of [{ list: [2, 1] }, { list: [1, 2], a: null }, { list: [1, '2'] }, null]) {
      const { status, body } = await post(outputs, 'k2')
      expect([status, body.code]).toEqual([422, 'idempotency_mismatch'])
    }
  })

  it('makes one analysis when sent eight times at once', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => post({ x, m: app.at('m') }, 'k3')))
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1)
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]))
  })
})
