import { rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AnalysisApp, startAnalysisApp, tick } from '../helpers/analysis-app.ts'

let app: AnalysisApp
beforeAll(async () => {
  app = await startAnalysisApp()
})
afterAll(() => app.stop())

interface Told {
  at: string
  path: string
  state: string
  seen_at: string
  reason: string
}
const told = ({ changes }: { changes: Told[] }) => changes.map(({ at, state }) => `${at} ${state}`)
const object = (name: string, content: string) => {
  app.gs.buckets.put('bucket', name, content)
  return `gs://bucket/${name}`
}

describe('what becomes of a file after it was registered', () => {
  it('is told in changes, while its facts stay as they were', async () => {
    const path = object('drift', 'first')
    const { id, outputs } = await app.create({ a: path, deep: { list: [1, { basename: path }] } })
    expect((await app.verify(id)).body).toMatchObject({ outputs, changes: [] })

    object('drift', 'second, longer')
    const changed = (await app.verify(id)).body
    expect(changed.outputs).toEqual(outputs)
    expect(told(changed)).toEqual(['a changed', 'deep.list[1] changed'])
    expect(changed.changes[0]).toEqual({
      path,
      at: 'a',
      state: 'changed',
      seen_at: expect.stringMatching(/Z$/),
      reason: expect.stringMatching(/size.* 5 .* 14/),
    })

    app.gs.buckets.remove('bucket', 'drift')
    const gone = (await app.verify(id)).body
    expect(gone.outputs.a).toEqual({ ...outputs.a, valid: false })
    expect(told(gone).filter((one) => one.startsWith('a '))).toEqual(['a changed', 'a gone'])

    object('drift', 'second, longer')
    const returned = (await app.verify(id)).body
    expect(returned.outputs).toEqual(outputs)
    expect(told(returned).filter((one) => one.startsWith('a '))).toEqual([
      'a changed',
      'a gone',
      'a returned',
    ])

    object('drift', 'first')
    const back = (await app.verify(id)).body
    expect(back.outputs).toEqual(outputs)
    expect(told(back).filter((one) => one.startsWith('a '))).toEqual([
      'a changed',
      'a gone',
      'a returned',
      'a changed',
    ])
    expect((await app.verify(id)).body.changes).toEqual(back.changes)
    const times = back.changes.map(({ seen_at }: Told) => Date.parse(seen_at))
    expect(times).toEqual([...times].sort((a, b) => a - b))
  })

  it('shows a later analysis the bytes of its own time, and nothing of what was before', async () => {
    const path = object('times', 'one')
    const first = await app.create({ a: path })
    object('times', 'three')
    const second = await app.create({ a: { basename: path } })
    expect(second).toMatchObject({ outputs: { a: { id: first.outputs.a.id, size: 5 } }, changes: [] })
    expect(await app.read(first.id)).toMatchObject({
      outputs: first.outputs,
      changes: [{ state: 'changed', at: 'a' }],
    })
    object('times', 'fourth')
    await app.verify(second.id)
    expect(told(await app.read(first.id))).toEqual(['a changed', 'a changed'])
    expect(told(await app.read(second.id))).toEqual(['a changed'])
    expect((await app.read(second.id)).outputs).toEqual(second.outputs)
  })

  it('is the same on the disk', async () => {
    const path = await app.write('disk', 'first')
    const { id, outputs } = await app.create({ a: path })
    await tick()
    await app.write('disk', 'first')
    expect((await app.verify(id)).body).toMatchObject({ outputs, changes: [] })
    await tick()
    await app.write('disk', 'other')
    expect((await app.verify(id)).body).toMatchObject({ outputs, changes: [{ state: 'changed' }] })
    await rm(path)
    expect((await app.verify(id)).body.outputs.a).toEqual({ ...outputs.a, valid: false })
  })

  it('is told of companions in their places', async () => {
    const [primary, companion] = [object('p', 'p'), object('c', 'c')]
    const { id, outputs } = await app.create({
      v: {
        basename: primary,
        secondary_files: { i: { basename: companion, secondary_files: { m: primary } } },
      },
    })
    app.gs.buckets.remove('bucket', 'c')
    const { body } = await app.verify(id)
    expect(told(body)).toEqual(['v.secondary_files.i gone'])
    expect(body.outputs.v).toMatchObject({
      valid: true,
      secondary_files: { i: { valid: false, secondary_files: { m: { valid: true } } } },
    })
    expect(body.outputs.v.secondary_files.i).toEqual({ ...outputs.v.secondary_files.i, valid: false })
  })

  it('of a file that is gone is not forgotten while its store is silent', async () => {
    const path = object('silent', 'x')
    const { id } = await app.create({ a: path })
    app.gs.buckets.remove('bucket', 'silent')
    expect((await app.verify(id)).body.outputs.a.valid).toBe(false)
    app.gs.fail({ bucket: 'bucket', action: 'refuse', times: 1, only: 'silent' })
    expect((await app.verify(id)).body.outputs.a.valid).toBe(false)
    const { rows } = await app.database.pool.query(
      'select f.state, o.valid from file f join output_file o using (id) where f.path = $1',
      [path],
    )
    expect(rows).toEqual([{ state: 'unreachable', valid: false }])
    expect(told((await app.verify(id)).body)).toEqual(['a gone'])
    app.gs.fail({ bucket: 'bucket', action: 'refuse', times: 1, only: 'silent' })
    await app.verify(id)
    object('silent', 'x')
    expect(told((await app.verify(id)).body)).toEqual(['a gone', 'a returned'])
  })

  it('does not lose its validity because a store is silent', async () => {
    const path = object('quiet', 'x')
    const { id, outputs } = await app.create({ a: path })
    app.gs.fail({ bucket: 'bucket', action: 'refuse', times: 1, only: 'quiet' })
    expect((await app.verify(id)).body).toMatchObject({ outputs, changes: [] })
    expect((await app.verify(id)).body).toMatchObject({ outputs, changes: [] })
  })
})

describe('an output that was not there', () => {
  it('appears by any look, with the facts of that time, in all analyses that wait for it', async () => {
    const path = 'gs://bucket/later'
    const waiting = await Promise.all(
      [1, 2, 3].map((n) => app.create({ n, list: [path, { basename: path, meta: { n } }] })),
    )
    object('later', 'here')
    const { body } = await app.request('POST', '/api/v1/files/verify', { paths: [path] })
    expect(body.items[0]).toMatchObject({ state: 'verified' })
    for (const [index, { id }] of waiting.entries()) {
      const healed = await app.read(id)
      expect(healed.outputs.list).toMatchObject([
        { path, size: 4, meta: null },
        { path, size: 4, meta: { n: index + 1 } },
      ])
      expect(healed.changes).toMatchObject([
        { at: 'list[0]', path, state: 'appeared' },
        { at: 'list[1]', path, state: 'appeared' },
      ])
    }
    const fresh = await app.create({ a: path })
    expect(fresh.changes).toEqual([])
  })

  it('appears where it is registered again, also in the analyses that waited', async () => {
    const path = 'gs://bucket/registered-again'
    const first = await app.create({ a: path })
    object('registered-again', 'x')
    const second = await app.create({ a: path })
    expect(second).toMatchObject({ outputs: { a: { path } }, changes: [] })
    expect(await app.read(first.id)).toMatchObject({
      outputs: { a: { path } },
      changes: [{ state: 'appeared' }],
    })
  })

  it('appeared here, also where others had seen it before it was gone', async () => {
    for (const [content, forOthers] of [
      ['same', 'returned'],
      ['others', 'changed'],
    ] as const) {
      const name = `before-${content}`
      const path = object(name, 'same')
      const others = await app.create({ a: path })
      app.gs.buckets.remove('bucket', name)
      const here = await app.create({ a: path })
      expect(here).toMatchObject({ outputs: { a: path }, changes: [] })
      await sleep(5)
      object(name, content)
      const healed = (await app.verify(here.id)).body
      expect(told(healed)).toEqual(['a appeared'])
      expect(healed.outputs.a.size).toBe(content.length)
      expect(told(await app.read(others.id))).toEqual(['a gone', `a ${forOthers}`])
    }
  })

  it('appears when a store that failed answers again', async () => {
    const path = object('shy', 'x')
    app.gs.fail({ bucket: 'bucket', action: 'refuse', times: 1, only: 'shy' })
    const { id, outputs } = await app.create({ a: path })
    expect(outputs).toEqual({ a: path })
    const healed = (await app.verify(id)).body
    expect([told(healed), healed.outputs.a.size]).toEqual([['a appeared'], 1])
  })
})

describe('POST verify', () => {
  it('is 404 for an unknown id', async () => {
    for (const id of ['999999', '0', 'x', '99999999999']) {
      const { status, body } = await app.request('POST', `/api/v1/analysis/${id}/verify`)
      expect([status, body.error]).toEqual([404, 'Analysis not found'])
    }
  })

  it('is 404 for the id of another org, as is every other call', async () => {
    const { id } = await app.create({ a: object('own', 'x') })
    const org = await app.request('POST', '/api/v1/orgs', { name: 'other' })
    const token = org.body.owner_token
    for (const [method, path, body] of [
      ['POST', `/api/v1/analysis/${id}/verify`, undefined],
      ['GET', `/api/v1/analysis/${id}`, undefined],
      ['GET', `/api/v1/analysis/${id}/details`, undefined],
      ['PATCH', `/api/v1/analysis/${id}`, { status: 'failed' }],
    ] as const) {
      const answer = await app.request(method, path, body, token)
      expect([answer.status, answer.body.error]).toEqual([404, 'Analysis not found'])
    }
    const seen = await app.request('GET', '/api/v1/analysis?path=gs://bucket/own', undefined, token)
    expect(seen.body.items).toEqual([])
  })

  it('takes an analysis without files, and shows what is missing as it is asked', async () => {
    const { id } = await app.create({ a: 1 })
    expect((await app.verify(id)).body.outputs).toEqual({ a: 1 })
    const other = await app.create({ a: 'gs://bucket/nothing' })
    const { body } = await app.request('POST', `/analysis/${other.id}/verify/?missing=object`)
    expect(body.outputs.a).toMatchObject({ state: 'missing' })
  })
})

describe('a change that is found while a registration is being written', () => {
  it('stands in its changes, though the registration had looked before', async () => {
    const path = object('overtaken', 'as it was')
    await app.create({ a: path })
    const holder = await app.database.pool.connect()
    try {
      // Files can be written, uses cannot: the registration stops between reading its file and pinning it.
      await holder.query('begin; lock table file_use in share mode')
      const registered = app.create({ b: path })
      await sleep(500)
      app.gs.buckets.remove('bucket', 'overtaken')
      await app.request('POST', '/api/v1/files/verify', { paths: [path] })
      await holder.query('commit')
      const read = await app.read((await registered).id)
      expect(read.outputs.b).toMatchObject({ path, size: 9, valid: false })
      expect(told(read)).toEqual(['b gone'])
    } finally {
      holder.release()
    }
  })
})
