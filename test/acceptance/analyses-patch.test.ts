import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AnalysisApp, startAnalysisApp, tick } from '../helpers/analysis-app.ts'
import { withoutLookTimes } from '../helpers/output-trees.ts'

let app: AnalysisApp
let x: string
let y: string
let z: string
beforeAll(async () => {
  app = await startAnalysisApp()
  x = await app.write('x.txt')
  y = await app.write('y.txt')
  z = await app.write('z.txt')
})
afterAll(() => app.stop())

const fileAt = (path: string) => expect.objectContaining({ path, valid: true })

describe('a PATCH of an analysis', () => {
  it('replaces the whole tree, clears it with null, and leaves it where it is not given', async () => {
    const { id } = await app.create({ a: x, b: { c: y } })
    expect((await app.patch(id, { outputs: { b: { d: z } } })).body.outputs).toEqual({ b: { d: fileAt(z) } })
    const left = await app.patch(id, { status: 'failed' })
    expect(left.body).toMatchObject({ status: 'failed', outputs: { b: { d: fileAt(z) } } })
    expect((await app.patch(id, { outputs: null })).body.outputs).toBeNull()
    expect((await app.patch(id, { active: false })).body.outputs).toBeNull()
    expect((await app.patch(id, { outputs: {} })).body.outputs).toEqual({})
    expect((await app.patch(id, { output: x })).body).toMatchObject({ output: x, outputs: { path: x } })
    expect((await app.patch(id, { outputs: { a: y } })).body).toMatchObject({
      output: null,
      outputs: { a: { path: y } },
    })
    expect((await app.patch(id, { outputs: null, output: y })).body).toMatchObject({
      output: y,
      outputs: { path: y },
    })
    expect((await app.patch(id, { outputs: null })).body).toMatchObject({ output: null, outputs: null })
  })

  it('merges meta: objects merge, null removes, everything else replaces', async () => {
    const { id } = await app.create(null, {
      meta: { a: { b: 1, c: [1, 2] }, d: 'x', e: null, '': 1, constructor: { n: 1 } },
    })
    const patched = await app.patch(id, {
      meta: {
        a: { b: null, c: [3], new: { deep: null, kept: 0 } },
        d: { now: 'object' },
        none: null,
        constructor: { m: 2 },
      },
    })
    expect(patched.body.meta).toEqual({
      a: { c: [3], new: { kept: 0 } },
      d: { now: 'object' },
      e: null,
      '': 1,
      constructor: { n: 1, m: 2 },
    })
    expect((await app.patch(id, { meta: {} })).body).toEqual(patched.body)
    expect((await app.patch(id, { meta: { a: 'text' } })).body.meta.a).toBe('text')
    for (const meta of [null, [], 'text', 5]) expect((await app.patch(id, { meta })).status).toBe(422)
  })

  it('takes no field that never changes, and none that is unknown', async () => {
    const { id } = await app.create(null)
    for (const body of [
      { type: 'b' },
      { author: 'b' },
      { sequencing_group_ids: [] },
      { id: 5 },
      { x: 1 },
      { status: null },
    ]) {
      expect((await app.patch(id, body)).status).toBe(422)
    }
    expect((await app.patch(id, {})).body).toEqual(await app.read(id))
  })

  it('says when it was completed', async () => {
    const { id, timestamp_completed: none } = await app.create(null, { status: 'queued' })
    expect(none).toBeNull()
    expect((await app.patch(id, { status: 'in-progress' })).body.timestamp_completed).toBeNull()
    const { body } = await app.patch(id, { status: 'completed' })
    expect(Date.parse(body.timestamp_completed)).toBeGreaterThan(Date.now() - 60_000)
    expect((await app.patch(id, { status: 'failed' })).body.timestamp_completed).toBe(
      body.timestamp_completed,
    )
    const time = '2025-10-07T15:00:00Z'
    expect((await app.patch(id, { timestamp_completed: time })).body.timestamp_completed).toBe(time)
  })
})

describe('an answer that is sent back as it was read', () => {
  const tree = (name: string) => ({
    list: [{ basename: app.at(`${name}-1`), meta: { n: 1 } }, app.at(`${name}-missing`), 7],
    v: {
      basename: app.at(`${name}-2`),
      secondary_files: {
        i: { basename: app.at(`${name}-3`), meta: { i: 1 } },
        m: { basename: app.at(`${name}-none`), meta: { m: 1 } },
      },
    },
  })
  async function createTree(name: string) {
    for (const index of [1, 2, 3]) await app.write(`${name}-${index}`)
    return await app.create(tree(name))
  }
  async function expectNoChange(id: number) {
    for (const query of ['', '?missing=object']) {
      const text = JSON.stringify(await app.read(id, query))
      const patched = await app.patch(id, { outputs: JSON.parse(text).outputs }, query)
      expect(withoutLookTimes(patched.body)).toBe(withoutLookTimes(JSON.parse(text)))
      expect(withoutLookTimes(await app.read(id, query))).toBe(withoutLookTimes(JSON.parse(text)))
    }
  }

  it('changes nothing, byte for byte, in both ways to show what is missing', async () => {
    const { id } = await createTree('same')
    await expectNoChange(id)
    const { rows } = await app.database.pool.query(
      `select action from audit_entry where subject = 'analysis ${id}' order by id`,
    )
    expect(rows).toEqual([{ action: 'analysis.create' }])
  })

  it('changes nothing after a file changed, was gone and returned', async () => {
    const { id, outputs } = await createTree('moved')
    await tick()
    await app.write('moved-1', 'other bytes')
    await rm(app.at('moved-3'))
    const drifted = (await app.verify(id)).body
    expect(drifted.outputs.list[0]).toEqual(outputs.list[0])
    expect(drifted.outputs.v.secondary_files.i).toEqual({ ...outputs.v.secondary_files.i, valid: false })
    await expectNoChange(id)
    await app.patch(id, { outputs })
    expect(await app.read(id)).toEqual(drifted)
    await app.write('moved-3')
    expect((await app.verify(id)).body.changes.map(({ state }: { state: string }) => state)).toEqual(
      expect.arrayContaining(['changed', 'gone', 'returned']),
    )
    await expectNoChange(id)
  })

  it('keeps the versions and the changes of all others where files are added, in front, behind or around', async () => {
    const { id, outputs } = await createTree('added')
    await tick()
    await app.write('added-1', 'other bytes')
    await rm(app.at('added-2'))
    const { body: drifted } = await app.verify(id)
    const { list, v } = drifted.outputs
    const paths = ({ changes }: { changes: { path: string; state: string }[] }) =>
      changes.map(({ path, state }) => `${path} ${state}`).sort()
    for (const next of [
      { list: [x, ...list], v },
      { first: y, list: [...list, z], v },
      { around: { list, again: list[0] }, v: { ...v, secondary_files: { new: x, ...v.secondary_files } } },
    ]) {
      const { body } = await app.patch(id, { outputs: next })
      const expected = JSON.parse(JSON.stringify(next), (_, value) =>
        [x, y, z].includes(value) ? undefined : value,
      )
      expect(JSON.parse(JSON.stringify(body.outputs))).toMatchObject(
        expected.list ? { v: expected.v } : expected,
      )
      expect(new Set(paths(body))).toEqual(new Set(paths(drifted)))
      const shown = JSON.stringify(body.outputs)
      for (const kept of [outputs.list[0].file_checksum, outputs.v.file_checksum])
        expect(shown).toContain(kept)
      expect(body.outputs.v).toMatchObject({ valid: false, size: outputs.v.size })
      expect(body.outputs.v.secondary_files.i).toEqual(v.secondary_files.i)
    }
  })

  it('takes the bytes of now for a file that is named anew', async () => {
    const { id, outputs } = await createTree('anew')
    await tick()
    await app.write('anew-1', 'other bytes')
    const { body } = await app.patch(id, { outputs: tree('anew') })
    expect(body.outputs.list[0].size).toBe('other bytes'.length)
    expect(body.outputs.list[0].id).toBe(outputs.list[0].id)
    expect(body.changes).toEqual([])
  })

  it('changes what is changed in it: meta, the order and the names of companions, a place', async () => {
    const { id, outputs } = await createTree('edited')
    const { v, list } = outputs
    const { i, m } = v.secondary_files
    const edits = [
      { list, v: { ...v, meta: { edited: true } } },
      { list, v: { ...v, meta: null, secondary_files: { m, i } } },
      { list, v: { ...v, secondary_files: { m, renamed: i } } },
      { list: [list[1], list[0], 7], v },
      { v, list },
      { v: { ...v, secondary_files: {} }, list },
    ]
    for (const edit of edits) {
      const { body } = await app.patch(id, { outputs: edit })
      expect(JSON.stringify(body.outputs)).toBe(JSON.stringify(edit))
      expect(JSON.stringify((await app.read(id)).outputs)).toBe(JSON.stringify(edit))
    }
  })

  it('takes facts that were never shown here for a name, not for a version', async () => {
    const { id, outputs } = await app.create({ a: x })
    for (const forged of [{ size: 5 }, { id: outputs.a.id + 1 }, { file_checksum: 'AAAAAA==' }]) {
      const { body } = await app.patch(id, { outputs: { a: { ...outputs.a, ...forged } } })
      expect(body.outputs).toEqual(outputs)
    }
  })
})

describe('two PATCHes at once', () => {
  it('end with exactly one of the two trees', async () => {
    const { id } = await app.create({ start: x })
    const trees = [
      { one: { basename: y, secondary_files: { i: { basename: x } } }, list: [z, 1] },
      { two: [x, y, z], nested: { basename: z, secondary_files: { i: { basename: y } } } },
    ]
    for (let round = 0; round < 15; round += 1) {
      const answers = await Promise.all(trees.map((outputs) => app.patch(id, { outputs })))
      expect(answers.map(({ status }) => status)).toEqual([200, 200])
      const { outputs } = await app.read(id)
      const shown = answers.map(({ body }) => JSON.stringify(body.outputs))
      expect(shown).toContain(JSON.stringify(outputs))
      const { rows } = await app.database.pool.query(
        `select count(*)::int as n from file_use where subject_kind = 'analysis' and subject_id = $1`,
        [id],
      )
      expect(rows[0].n).toBe('one' in outputs ? 3 : 5)
    }
  })

  it('that merge meta lose neither', async () => {
    const { id } = await app.create(null)
    await Promise.all(Array.from({ length: 10 }, (_, n) => app.patch(id, { meta: { [`k${n}`]: n } })))
    expect(Object.keys((await app.read(id)).meta)).toHaveLength(10)
  })
})
