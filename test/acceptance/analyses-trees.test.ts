import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AnalysisApp, startAnalysisApp } from '../helpers/analysis-app.ts'

let app: AnalysisApp
let x: string
let y: string
beforeAll(async () => {
  app = await startAnalysisApp()
  x = await app.write('x.txt')
  y = await app.write('y.txt')
})
afterAll(() => app.stop())

const fileAt = (path: string) => expect.objectContaining({ path, valid: true, parent_id: null })

/** What is created, read, listed and patched back is the same tree. */
async function expectTree(outputs: unknown, expected: unknown) {
  const created = await app.create(outputs)
  expect(created.outputs).toEqual(expected)
  const text = JSON.stringify(await app.read(created.id))
  expect(text).toBe(JSON.stringify(created))
  const patched = await app.patch(created.id, { outputs: created.outputs })
  expect(JSON.stringify(patched.body)).toBe(text)
  return created
}

describe('a tree of outputs', () => {
  it('keeps the order and the length of lists, whatever is in them', async () => {
    const missing = app.at('missing.txt')
    const list = [
      { basename: y },
      missing,
      null,
      1,
      { basename: missing },
      [],
      {},
      x,
      false,
      [[{ basename: x }]],
    ]
    await expectTree(
      { list },
      {
        list: [fileAt(y), missing, null, 1, missing, [], {}, fileAt(x), false, [[fileAt(x)]]],
      },
    )
  })

  it('keeps the order of keys', async () => {
    const created = await expectTree(
      { z: 1, a: { y: x, b: { basename: y } }, m: [] },
      { z: 1, a: { y: fileAt(x), b: fileAt(y) }, m: [] },
    )
    expect(Object.keys(created.outputs)).toEqual(['z', 'a', 'm'])
    expect(Object.keys(created.outputs.a)).toEqual(['y', 'b'])
  })

  it('takes keys of every letter', async () => {
    const keys = [
      'a.b',
      'a',
      'list[2]',
      '[0]',
      ' ',
      '',
      'constructor',
      'toString',
      'hasOwnProperty',
      'valueOf',
    ]
    keys.push(
      '"',
      "'",
      '\\',
      '\n',
      'é',
      'e\u0301',
      '\u{1F9EC}',
      'secondary_files',
      'path',
      'basename.',
      '$ref',
      '%s',
    )
    const outputs = Object.fromEntries(keys.map((key) => [key, { basename: x }]))
    const expected = Object.fromEntries(keys.map((key) => [key, fileAt(x)]))
    const created = await expectTree(outputs, expected)
    expect(Object.keys(created.outputs)).toEqual(keys)
    await expectTree(
      { deep: { ...outputs, a: { b: { '': { '': y } } } } },
      {
        deep: { ...expected, a: { b: { '': { '': fileAt(y) } } } },
      },
    )
  })

  it('takes a key without a name at its top for a key', async () => {
    await expectTree({ '': 'only text' }, { '': 'only text' })
    await expectTree({ '': x, b: '' }, { '': fileAt(x), b: '' })
  })

  it('tells places apart whose keys run together in words', async () => {
    await expectTree(
      { 'a.b': { basename: x }, a: { b: { basename: y } }, 'l[0]': { basename: y }, l: [{ basename: x }] },
      { 'a.b': fileAt(x), a: { b: fileAt(y) }, 'l[0]': fileAt(y), l: [fileAt(x)] },
    )
  })

  it('keeps leaves that are no text as they are', async () => {
    const leaves = [0, -1, 1.5, -2.5e-7, 1e21, 1.7976931348623157e308, 5e-324, 2 ** 53 - 1, -(2 ** 53) + 1]
    await expectTree({ leaves, t: true, f: false, n: null }, { leaves, t: true, f: false, n: null })
    const { body } = await app.register(undefined, { outputs: { n: 1.5e3 } })
    expect(body.outputs).toEqual({ n: 1500 })
  })

  it('refuses a number that it would have to round', async () => {
    for (const [number, place] of [
      ['9007199254740993', 'outputs.a[1]'],
      ['1e400', 'outputs.a[1]'],
    ]) {
      const text = `{"type":"a","status":"completed","outputs":{"a":[1,${number}]}}`
      const answer = await app.request('POST', '/api/v1/analysis/project', text)
      expect(answer.status).toBe(422)
      expect(answer.body.details).toMatchObject([{ field: place }])
    }
  })

  it('takes an object for structure whose basename is no text', async () => {
    for (const basename of [5, null, true, ['x'], { basename: x }, {}]) {
      const answer = await app.create({ a: { basename, path: 'text', other: 1 } })
      const shown = JSON.stringify(basename).includes('"basename"') ? fileAt(x) : basename
      expect(answer.outputs).toEqual({ a: { basename: shown, path: 'text', other: 1 } })
    }
  })

  it('keeps a tree without files', async () => {
    for (const outputs of [{}, { a: {} }, { a: [] }, { a: [[], [{}]] }, { a: 'text', b: '' }, null]) {
      await expectTree(outputs, outputs)
    }
  })

  it('takes the same path many times in one tree, as primary and as companion', async () => {
    const both = { basename: x, secondary_files: { y: { basename: y }, again: x } }
    const created = await expectTree(
      {
        a: both,
        b: both,
        c: [y, y, { basename: y }],
        y: { basename: y, secondary_files: { x: { basename: x } } },
      },
      {
        a: expect.objectContaining({ path: x, secondary_files: expect.anything() }),
        b: expect.objectContaining({ path: x }),
        c: [fileAt(y), fileAt(y), fileAt(y)],
        y: expect.objectContaining({ path: y }),
      },
    )
    const { a, b, c, y: last } = created.outputs
    expect(a).toEqual(b)
    expect(a.secondary_files.y.id).toBe(c[0].id)
    expect(a.secondary_files.again.id).toBe(a.id)
    expect(last.secondary_files.x.id).toBe(a.id)
    const { rows } = await app.database.pool.query('select path from file where path = any($1)', [[x, y]])
    expect(rows).toHaveLength(2)
  })

  it('takes a single file at its root, as its path or as an object', async () => {
    await expectTree(x, fileAt(x))
    await expectTree({ basename: x }, fileAt(x))
    await expectTree({ basename: app.at('none') }, app.at('none'))
    await expectTree(app.at('none'), app.at('none'))
    await expectTree(undefined, null)
  })

  it('has no list, number or boolean at its root', async () => {
    for (const outputs of [[], [x], 5, true]) {
      const { status, body } = await app.register(outputs)
      expect(status).toBe(422)
      expect(body.details[0].field).toBe('outputs')
    }
  })

  it('goes two hundred levels deep and no deeper', async () => {
    const nested = (levels: number) => {
      let tree: object = { basename: x }
      for (let level = 0; level < levels; level += 1) tree = level % 2 === 0 ? { a: tree } : { list: [tree] }
      return tree
    }
    const created = await app.create(nested(120))
    expect(JSON.stringify(created.outputs)).toContain(x)
    expect((await app.register(nested(300))).status).toBe(422)
  })

  it('shows the meta of a file in its own place only', async () => {
    const created = await expectTree(
      {
        a: { basename: x, meta: { n: 1 } },
        b: { basename: x, meta: { n: 2, z: null, a: [] } },
        c: { basename: x },
      },
      {
        a: expect.objectContaining({ meta: { n: 1 } }),
        b: expect.objectContaining({ meta: { n: 2, z: null, a: [] } }),
        c: expect.objectContaining({ meta: null }),
      },
    )
    const other = await app.create({ a: { basename: x, meta: { other: true } } })
    expect(other.outputs.a.meta).toEqual({ other: true })
    expect((await app.read(created.id)).outputs).toEqual(created.outputs)
  })
})
