import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AnalysisApp, startAnalysisApp } from '../helpers/analysis-app.ts'
import { withoutLookTimes } from '../helpers/output-trees.ts'

let app: AnalysisApp
let x: string
let y: string
let z: string
beforeAll(async () => {
  app = await startAnalysisApp()
  x = await app.write('x.vcf.gz')
  y = await app.write('x.vcf.gz.tbi')
  z = await app.write('z.md5')
})
afterAll(() => app.stop())

const usesOf = async (id: number) => {
  const { rows } = await app.database.pool.query(
    `select u.id, f.path, u.primary_use_id, u.companion_name, u.version_id is not null as is_there, u.output, u.place, u.meta
    from file_use u join file f on f.id = u.file_id where u.subject_kind = 'analysis' and u.subject_id = $1 order by u.id`,
    [id],
  )
  return rows
}

describe('companions of a file', () => {
  it('nest to any depth, each without a parent_id, in the order in which they came', async () => {
    const { outputs } = await app.create({
      v: {
        basename: x,
        secondary_files: {
          z: { basename: z },
          a: { basename: y, secondary_files: { z, deep: { basename: x } } },
        },
      },
    })
    expect(Object.keys(outputs.v.secondary_files)).toEqual(['z', 'a'])
    const { a } = outputs.v.secondary_files
    expect(a).toMatchObject({ path: y, secondary_files: { z: { path: z }, deep: { path: x } } })
    expect(Object.keys(a.secondary_files)).toEqual(['z', 'deep'])
    for (const companion of [a, a.secondary_files.z, outputs.v.secondary_files.z]) {
      expect(companion).not.toHaveProperty('parent_id')
      expect(Object.keys(companion)).toEqual(
        ['id', 'path', 'basename', 'dirname', 'nameroot', 'nameext', 'file_checksum', 'size'].concat([
          'meta',
          'valid',
          'secondary_files',
        ]),
      )
    }
  })

  it('take names of every letter', async () => {
    const names = ['a.b', '', ' ', 'constructor', 'toString', '[0]', 'basename', 'é', '\u{1F9EC}']
    const { outputs } = await app.create({
      v: { basename: x, secondary_files: Object.fromEntries(names.map((name) => [name, { basename: y }])) },
    })
    expect(Object.keys(outputs.v.secondary_files)).toEqual(names)
  })

  it('may be shared by two primaries, and be primaries too', async () => {
    const { outputs } = await app.create({
      one: { basename: x, secondary_files: { index: { basename: y, meta: { of: 'one' } } } },
      two: { basename: z, secondary_files: { index: { basename: y } } },
      index: y,
    })
    const { one, two, index } = outputs
    expect(one.secondary_files.index).toMatchObject({ id: index.id, meta: { of: 'one' } })
    expect(two.secondary_files.index).toMatchObject({ id: index.id, meta: null })
    expect(index).toMatchObject({ meta: null, parent_id: null })
  })

  it('show the path of one that is missing in its place', async () => {
    const missing = app.at('none.csi')
    const { id, outputs } = await app.create({
      v: {
        basename: x,
        secondary_files: { tbi: { basename: y }, csi: { basename: missing }, bare: missing },
      },
    })
    expect(outputs.v.secondary_files).toEqual({
      tbi: expect.objectContaining({ path: y }),
      csi: missing,
      bare: missing,
    })
    const { v } = (await app.read(id, '?missing=object')).outputs
    expect(v.secondary_files.csi).toEqual({
      path: missing,
      basename: 'none.csi',
      valid: false,
      state: 'missing',
      reason: expect.stringMatching(/\w/),
      checked_at: expect.any(String),
      secondary_files: {},
    })
  })
})

describe('a primary that is not there while its companions are', () => {
  const tree = (primary: string) => ({
    vcf: {
      basename: primary,
      meta: { caller: 'x' },
      secondary_files: { tbi: { basename: y, meta: { n: 1 }, secondary_files: { md5: z } } },
    },
    beside: x,
  })

  it('is its path, keeps them, and has them when it appears', async () => {
    const primary = app.at('late.vcf.gz')
    const created = await app.create(tree(primary))
    expect(created.outputs).toEqual({ vcf: primary, beside: expect.objectContaining({ path: x }) })
    const uses = await usesOf(created.id)
    expect(uses.map(({ path, is_there, output }) => [path, is_there, output])).toEqual([
      [primary, false, primary],
      [y, true, null],
      [z, true, null],
      [x, true, null],
    ])
    expect([uses[1].primary_use_id, uses[2].primary_use_id]).toEqual([uses[0].id, uses[1].id])

    const { vcf } = (await app.read(created.id, '?missing=object')).outputs
    expect(Object.keys(vcf)).toEqual([
      'path',
      'basename',
      'valid',
      'state',
      'reason',
      'checked_at',
      'secondary_files',
    ])
    expect(vcf).toMatchObject({
      valid: false,
      state: 'missing',
      secondary_files: {
        tbi: { path: y, valid: true, meta: { n: 1 }, secondary_files: { md5: { path: z } } },
      },
    })

    await app.write('late.vcf.gz')
    const { body: healed } = await app.verify(created.id)
    expect(healed.outputs.vcf).toMatchObject({
      path: primary,
      meta: { caller: 'x' },
      valid: true,
      secondary_files: { tbi: { path: y, secondary_files: { md5: { path: z } } } },
    })
    expect(healed.changes).toMatchObject([{ path: primary, at: 'vcf', state: 'appeared' }])
  })

  it('keeps them when the answer is sent back, in both ways to show it, also after it appeared', async () => {
    for (const [index, query] of ['', '?missing=object'].entries()) {
      const name = `sent-back-${index}.vcf.gz`
      const created = await app.create(tree(app.at(name)))
      const shown = await app.read(created.id, query)
      const uses = await usesOf(created.id)
      const before = await app.read(created.id, '?missing=object')
      await app.patch(created.id, { outputs: shown.outputs })
      expect(await usesOf(created.id)).toEqual(uses)
      const after = await app.read(created.id, '?missing=object')
      expect(withoutLookTimes(after)).toBe(withoutLookTimes(before))

      await app.write(name)
      const healed = (await app.verify(created.id)).body
      const patched = await app.patch(created.id, { outputs: shown.outputs })
      expect(patched.body).toEqual(healed)
      const added = await app.patch(created.id, { outputs: { first: z, ...shown.outputs } })
      expect(added.body.outputs).toEqual({ first: expect.objectContaining({ path: z }), ...healed.outputs })
    }
  })

  it('has others when others are sent', async () => {
    const primary = app.at('other.vcf.gz')
    const { id } = await app.create(tree(primary))
    const { body } = await app.patch(
      id,
      { outputs: { vcf: { basename: primary, secondary_files: { other: { basename: x } } } } },
      '?missing=object',
    )
    expect(body.outputs.vcf.secondary_files).toEqual({ other: expect.objectContaining({ path: x }) })
    expect((await usesOf(id)).map(({ path }) => path)).toEqual([primary, x])
  })
})
