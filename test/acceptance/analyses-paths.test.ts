import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AnalysisApp, startAnalysisApp } from '../helpers/analysis-app.ts'

let app: AnalysisApp
beforeAll(async () => {
  app = await startAnalysisApp()
})
afterAll(() => app.stop())

describe('paths of every kind', () => {
  it('may have four thousand random characters', async () => {
    const random = (length: number) => randomBytes(length / 2).toString('hex')
    const there = `gs://bucket/${random(1000)}`
    app.gs.buckets.put('bucket', there.slice('gs://bucket/'.length), 'x')
    const missing = [`gs://bucket/${random(4000)}`, app.at(random(4000)), `gs://bucket/${random(4000)}/`]
    const { id, outputs } = await app.create({
      there,
      missing,
      again: missing.map((basename) => ({ basename })),
    })
    expect(outputs.there.path === there && outputs.there.size === 1).toBe(true)
    expect(JSON.stringify(outputs.missing) === JSON.stringify(missing)).toBe(true)
    expect(JSON.stringify(outputs.again) === JSON.stringify(missing)).toBe(true)
    const patched = await app.patch(id, { outputs })
    expect(JSON.stringify(patched.body.outputs) === JSON.stringify(outputs)).toBe(true)
    const { body } = await app.request('GET', `/api/v1/analysis?path=${missing[0]}`)
    expect(body.items.map((item: { id: number }) => item.id)).toEqual([id])
  })

  it('are told apart by case and by the way their letters are composed', async () => {
    const names = ['Case.txt', 'case.txt', 'CASE.txt', 'caf\u00e9.txt', 'cafe\u0301.txt', 'ß.txt', 'ss.txt']
    for (const name of names) app.gs.buckets.put('bucket', name, `is ${name}`)
    const paths = names.map((name) => `gs://bucket/${name}`)
    const { outputs } = await app.create({ paths })
    expect(outputs.paths.map(({ path }: { path: string }) => path)).toEqual(paths)
    expect(new Set(outputs.paths.map(({ id }: { id: number }) => id)).size).toBe(names.length)
    expect(new Set(outputs.paths.map((file: { file_checksum: string }) => file.file_checksum)).size).toBe(
      names.length,
    )
  })

  it('are given by path, and by basename where there is none', async () => {
    const [one, two] = [await app.write('one.txt'), await app.write('two.txt')]
    const { outputs } = await app.create({
      a: { basename: 'any words', path: one },
      b: { basename: two },
      c: { basename: one, path: two },
    })
    expect(outputs).toMatchObject({
      a: { path: one, basename: 'one.txt' },
      b: { path: two, basename: 'two.txt' },
      c: { path: two, basename: 'two.txt' },
    })
  })

  it('may hold what a shell, a browser or a database would read otherwise', async () => {
    const names = [
      "it's",
      'a"b',
      'a\\b',
      '%2e%2e',
      '%00',
      'a?b#c',
      '$(x)',
      "'; drop table file; --",
      'a  b ',
      '-rf',
    ]
    for (const name of names) app.gs.buckets.put('bucket', name, name)
    const paths = names.map((name) => `gs://bucket/${name}`)
    const { outputs } = await app.create({ paths })
    expect(outputs.paths.map(({ path }: { path: string }) => path)).toEqual(paths)
    const local = await Promise.all(names.map((name) => app.write(`odd/${name}`)))
    expect((await app.create({ local })).outputs.local.map((file: { valid: boolean }) => file.valid)).toEqual(
      names.map(() => true),
    )
  })
})

describe('directories', () => {
  it('are one item with a size where they are complete', async () => {
    await app.write('done.mt/_SUCCESS', '')
    await app.write('done.mt/part-0', '12345')
    app.gs.buckets.put('bucket', 'done.zarr/.zgroup', '{}')
    app.gs.buckets.put('bucket', 'done.zarr/0.0', '1234')
    app.gs.buckets.put('bucket', 'plots/a.png', '123')
    const { outputs } = await app.create({
      mt: { basename: app.at('done.mt') },
      zarr: 'gs://bucket/done.zarr',
      slash: 'gs://bucket/done.zarr/',
      plots: 'gs://bucket/plots/',
    })
    expect(outputs.mt).toMatchObject({
      basename: 'done.mt',
      nameroot: 'done',
      nameext: '.mt',
      size: 5,
      valid: true,
    })
    expect(outputs.zarr).toMatchObject({ path: 'gs://bucket/done.zarr', nameext: '.zarr', size: 6 })
    expect(outputs.slash).toMatchObject({ path: 'gs://bucket/done.zarr/', basename: 'done.zarr', size: 6 })
    expect(outputs.plots).toMatchObject({
      basename: 'plots',
      dirname: 'gs://bucket',
      size: 3,
      file_checksum: null,
    })
  })

  it('are missing, with that reason, without their marker or without anything', async () => {
    await app.write('half.mt/part-0', '12345')
    app.gs.buckets.put('bucket', 'half.zarr/0.0', '1234')
    const paths = [app.at('half.mt'), 'gs://bucket/half.zarr', 'gs://bucket/none/', app.at('none.mt')]
    const { id, outputs } = await app.create({ paths })
    expect(outputs).toEqual({ paths })
    const shown = (await app.read(id, '?missing=object')).outputs.paths
    expect(shown.map(({ state }: { state: string }) => state)).toEqual(paths.map(() => 'missing'))
    expect(shown.map(({ reason }: { reason: string }) => /marker/.test(reason))).toEqual([
      true,
      true,
      false,
      false,
    ])
    await app.write('half.mt/_SUCCESS', '')
    const { body } = await app.verify(id)
    expect(body.outputs.paths[0]).toMatchObject({ size: 5, valid: true })
    expect(body.changes).toMatchObject([{ at: 'paths[0]', state: 'appeared' }])
  })

  it('are gone when their marker is, and changed when a member is', async () => {
    await app.write('drift.mt/_SUCCESS', '')
    await app.write('drift.mt/part-0', '12345')
    const created = await app.create({ mt: app.at('drift.mt') })
    await app.write('drift.mt/part-0', '123456789')
    expect((await app.verify(created.id)).body).toMatchObject({
      outputs: { mt: { size: 5, valid: true } },
      changes: [{ at: 'mt', state: 'changed' }],
    })
    await rm(app.at('drift.mt/_SUCCESS'))
    const gone = (await app.verify(created.id)).body
    expect(gone.outputs.mt).toMatchObject({ size: 5, valid: false })
    expect(gone.changes.map(({ state }: { state: string }) => state)).toEqual(['changed', 'gone'])
  })

  it('are no files, and files are no directories', async () => {
    await app.write('folder/x', '1')
    const file = await app.write('plain', '1')
    const paths = [app.at('folder'), `${file}/`]
    expect((await app.create({ paths })).outputs).toEqual({ paths })
  })
})
