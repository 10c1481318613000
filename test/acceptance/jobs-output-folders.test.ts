import { chmod, utimes, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Kase } from '../../src/contract/job.ts'
import { asOtherUser } from '../helpers/as-other-user.ts'
import { auxFilesOf, countRows, readJob } from '../helpers/jobs.ts'
import { type OutputsApp, outputsOf, startOutputsApp } from '../helpers/outputs-app.ts'

let app: OutputsApp
beforeAll(async () => {
  app = await startOutputsApp()
})
afterAll(() => app.stop())

const pathsOf = (kase: Kase) => outputsOf(kase).map((aux) => aux.path)

describe('a folder of outputs', () => {
  it('gives what is new in it at any depth, without the casefile and untouched inputs', async () => {
    const { kaseId, folder, at, write } = await app.newJob()
    const old = await write('old.ppl')
    await utimes(old, new Date('2020-01-01'), new Date('2020-01-01'))
    await utimes(at('case.olga'), new Date(), new Date())
    await write('case.ppl')
    await write('deep/er/trend.tpl', 'trend')
    const kase = await app.reported(kaseId, { folder })
    expect(pathsOf(kase)).toEqual([at('case.ppl'), at('deep/er/trend.tpl')])
    expect(outputsOf(kase)[1]).toMatchObject({ file_name: 'trend.tpl', is_output: true })
    expect(Date.now() - Date.parse(outputsOf(kase)[1]?.modification_time ?? '')).toBeLessThan(60_000)
    await write('pvt.tab', 'written by the run')
    expect(pathsOf(await app.reported(kaseId, { folder: `${folder}/` }))).toEqual([
      at('case.ppl'),
      at('deep/er/trend.tpl'),
      at('pvt.tab'),
    ])
  })

  it('leaves out an input whose bytes were written again, under whatever time', async () => {
    const { job, kaseId, folder, at, write } = await app.newJob()
    await write('pvt.tab')
    await utimes(at('pvt.tab'), new Date(), new Date(Date.now() + 1000))
    await write('case.ppl')
    const kase = await app.reported(kaseId, { folder })
    expect(pathsOf(kase)).toEqual([at('case.ppl')])
    expect(kase.casefile.aux_files.slice(0, 1)).toEqual(auxFilesOf(job))
    await write('pvt.tab', 'written by the run')
    expect(pathsOf(await app.reported(kaseId, { folder }))).toEqual([at('case.ppl'), at('pvt.tab')])
  })

  it.each([
    [0o000, 'closed/'],
    [0o644, 'closed/hidden.ppl'],
  ])('that cannot be read in full is 503 and stores nothing (mode %o)', async (mode, named) => {
    const { job, kaseId, folder, at, write } = await app.newJob()
    await write('case.ppl')
    await write('closed/hidden.ppl')
    await chmod(at('closed'), mode)
    const before = await countRows(app)
    const answer = await asOtherUser([dirname(app.files), app.files, folder], () =>
      app.report(kaseId, { folder }),
    )
    await chmod(at('closed'), 0o755)
    expect([answer.status, answer.body.code]).toEqual([503, 'unavailable'])
    expect(answer.body.error).toMatch(/^The folder cannot be listed: .* no permission /)
    expect(answer.body.error).toContain(`"${at(named)}"`)
    expect(answer.body.details).toMatchObject([{ field: 'folder' }])
    expect(await countRows(app)).toEqual(before)
    expect((await readJob(app, job.id)).status).toBe(job.status)
    expect(pathsOf(await app.reported(kaseId, { folder }))).toHaveLength(2)
  })

  it('with a name that no address can hold is 422 and stores nothing', async () => {
    const { kaseId, folder, at, write } = await app.newJob()
    await write('deep/case.ppl')
    await writeFile(Buffer.concat([Buffer.from(at('deep/caf')), Buffer.from([0xe9])]), 'x')
    const before = await countRows(app)
    const answer = await app.report(kaseId, { folder })
    expect([answer.status, answer.body.error]).toEqual([
      422,
      `The folder cannot be listed: A name in this folder is not UTF-8, so that no address can name it: "${at('deep/')}"`,
    ])
    expect(await countRows(app)).toEqual(before)
  })

  it('counts from the start of the kase where that is known', async () => {
    const { kaseId, folder, at, write } = await app.newJob()
    await write('before.ppl')
    const start_time = new Date(Math.ceil(Date.now() / 1000) * 1000 + 60_000)
    await app.database.db.updateTable('kase').set({ start_time }).where('id', '=', kaseId).execute()
    const after = await write('after.ppl')
    await utimes(after, start_time, start_time)
    expect(pathsOf(await app.reported(kaseId, { folder }))).toEqual([at('after.ppl')])
  })

  it('may be one of a bucket, or all of it', async () => {
    const { kaseId } = await app.newJob()
    app.gs.buckets.put('bucket', 'results/one.ppl', Buffer.from('one'))
    app.gs.buckets.put('bucket', 'results/deep/two.ppl', Buffer.from('two'))
    app.gs.buckets.put('bucket', 'resultsets/no.ppl', Buffer.from('no'))
    const kase = await app.reported(kaseId, { folder: 'gs://bucket/results' })
    expect(pathsOf(kase)).toEqual(['gs://bucket/results/deep/two.ppl', 'gs://bucket/results/one.ppl'])
    expect(pathsOf(await app.reported(kaseId, { folder: 'gs://bucket' }))).toHaveLength(3)
  })

  it('with more than 10,000 new files is 413', async () => {
    const { kaseId } = await app.newJob()
    for (let i = 0; i <= 10_000; i += 1) app.gs.buckets.put('bucket', `huge/${i}.ppl`, Buffer.from('x'))
    const answer = await app.report(kaseId, { folder: 'gs://bucket/huge' })
    expect([answer.status, answer.body.error]).toEqual([
      413,
      expect.stringMatching(/more than 10,000 new files/),
    ])
  })

  it('must be there, in a location, and its store must answer', async () => {
    const { kaseId } = await app.newJob()
    const cases: [string, number, RegExp][] = [
      [app.at('nowhere'), 422, /There is no/],
      [await app.write('a-file'), 422, /There is no/],
      ['/elsewhere/results', 422, /No location of this org covers/],
      ['results', 422, /not absolute/],
      ['', 422, /is empty/],
      [`${app.files}/../store`, 422, /"\.\." segment/],
    ]
    for (const [folder, status, words] of cases) {
      const answer = await app.report(kaseId, { folder })
      expect([answer.status, answer.body.error], folder).toEqual([status, expect.stringMatching(words)])
      expect(answer.body.details).toMatchObject([{ field: 'folder' }])
    }
    app.gs.fail({ bucket: 'bucket', action: 'refuse' })
    const silent = await app.report(kaseId, { folder: 'gs://bucket/results' })
    app.gs.reset()
    expect([silent.status, silent.body.code]).toEqual([503, 'unavailable'])
  })
})
