import { stat } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AuxFile, type Kase } from '../../src/contract/job.ts'
import { startAppWorker, tick } from '../helpers/analysis-app.ts'
import {
  auxFilesOf,
  countRows,
  expectShape,
  fileAt,
  jobOf,
  kaseOf,
  readJob,
  submit,
} from '../helpers/jobs.ts'
import { type OutputsApp, outputsOf, startOutputsApp } from '../helpers/outputs-app.ts'

let app: OutputsApp
beforeAll(async () => {
  app = await startOutputsApp()
})
afterAll(() => app.stop())

/** The ledger's uses of a path, oldest first. */
async function usesOf(path: string) {
  const { body } = await app.request(
    'GET',
    `/api/v1/files?name=${encodeURIComponent(fileAt(path).file_name)}`,
  )
  const file = body.items.find((item: { path: string }) => item.path === path)
  const detail = await app.request('GET', `/api/v1/files/${file.id}`)
  return detail.body.uses.toReversed().map((use: Record<string, unknown>) => [use.direction, use.version])
}

describe('a report of outputs', () => {
  it('makes them aux files of the kase, and completes it and its job', async () => {
    const { job, kaseId, at, write } = await app.newJob()
    await write('results.ppl')
    const time = '2025-10-07T18:20:00Z'
    const kase = await app.reported(kaseId, {
      files: [{ ...fileAt(at('results.ppl')), modification_time: time }, fileAt(at('late.tpl'))],
    })
    expect(kase).toMatchObject({ id: kaseId, status: 'completed', progress: 100 })
    expect(kase.casefile.aux_files.slice(0, 1)).toEqual(auxFilesOf(job))
    const output = { id: expect.any(Number), is_output: true, is_downloaded: false }
    expect(outputsOf(kase)).toEqual([
      { ...output, ...fileAt(at('results.ppl')), modification_time: time },
      { ...output, ...fileAt(at('late.tpl')), modification_time: null },
    ])
    const after = await readJob(app, job.id)
    expect(after).toMatchObject({ status: 'completed', progress: 100, start_time: null, run_time: null })
    expect(after.kases).toEqual([kase])
    expect(after.end_time).not.toBeNull()
    const status = await app.request('GET', `/api/v1/jobs/${job.id}/status`)
    expect(status.body.jobs[0].kases).toMatchObject([{ status: 'completed', end_time: after.end_time }])
  })

  it('is pinned where its file is there; what is not there yet is watched and takes its place', async () => {
    const { kaseId, at, write } = await app.newJob()
    await write('there.ppl')
    const kase = await app.reported(kaseId, { files: [fileAt(at('there.ppl')), fileAt(at('late.ppl'))] })
    expect(await usesOf(at('there.ppl'))).toEqual([['out', 1]])
    expect(await usesOf(at('late.ppl'))).toEqual([['out', null]])
    await write('late.ppl')
    const worker = await startAppWorker(app)
    await expect.poll(() => usesOf(at('late.ppl')), { timeout: 15_000, interval: 200 }).toEqual([['out', 1]])
    await worker.stop()
    expect(await app.reported(kaseId, { files: [] })).toEqual(kase)
  })

  it('of the same output is one association; other bytes are another use of it', async () => {
    const { job, kaseId, at, write } = await app.newJob()
    await write('again.ppl', 'one')
    const first = await app.reported(kaseId, { files: [fileAt(at('again.ppl')), fileAt(at('again.ppl'))] })
    const [aux] = outputsOf(first)
    await app.request('PATCH', `/api/v1/kases/${kaseId}/aux_files/${aux?.id}`, { is_downloaded: true })
    const updated = (await readJob(app, job.id)).updated_at
    const second = await app.reported(kaseId, { files: [fileAt(at('again.ppl'))] })
    expect(outputsOf(second)).toEqual([{ ...aux, is_downloaded: true }])
    expect((await readJob(app, job.id)).updated_at).toBe(updated)
    expect(await usesOf(at('again.ppl'))).toEqual([['out', 1]])
    await tick()
    await write('again.ppl', 'other')
    await write('more.ppl')
    const third = await app.reported(kaseId, { files: [fileAt(at('more.ppl')), fileAt(at('again.ppl'))] })
    expect(outputsOf(third)).toMatchObject([{ ...aux, is_downloaded: false }, fileAt(at('more.ppl'))])
    expect(await usesOf(at('again.ppl'))).toEqual([
      ['out', 1],
      ['out', 2],
    ])
  })

  it('keeps the time, the version and the flag where nobody can look and no other time is told', async () => {
    const { kaseId } = await app.newJob()
    const [time, later] = ['2025-10-07T18:20:00Z', '2025-10-08T18:20:00Z']
    const output = fileAt(`/elsewhere/${kaseId}.ppl`)
    const first = await app.reported(kaseId, { files: [{ ...output, modification_time: time }] })
    const [aux] = outputsOf(first)
    await app.request('PATCH', `/api/v1/kases/${kaseId}/aux_files/${aux?.id}`, { is_downloaded: true })
    const second = await app.reported(kaseId, { files: [output] })
    expect(outputsOf(second)).toEqual([{ ...aux, modification_time: time, is_downloaded: true }])
    expect(await usesOf(output.path)).toEqual([['out', 1]])
    const third = await app.reported(kaseId, { files: [{ ...output, modification_time: later }] })
    expect(outputsOf(third)).toEqual([{ ...aux, modification_time: later, is_downloaded: false }])
    expect(await usesOf(output.path)).toEqual([
      ['out', 1],
      ['out', 2],
    ])
  })

  it('has the time of the store for other bytes where the report tells none and one was known', async () => {
    const { kaseId, at, write } = await app.newJob()
    await write('timed.ppl', 'one')
    const modification_time = '2025-10-07T18:20:00Z'
    const first = await app.reported(kaseId, { files: [{ ...fileAt(at('timed.ppl')), modification_time }] })
    expect(outputsOf(await app.reported(kaseId, { files: [fileAt(at('timed.ppl'))] }))).toEqual(
      outputsOf(first),
    )
    await write('timed.ppl', 'other')
    const second = await app.reported(kaseId, { files: [fileAt(at('timed.ppl'))] })
    const { mtimeMs } = await stat(at('timed.ppl'), { bigint: true })
    const shown = outputsOf(second).map((aux) => Date.parse(aux.modification_time ?? ''))
    expect(shown).toEqual([Number(mtimeMs)])
  })

  it('of an input that the run wrote anew shows it as both', async () => {
    const { job, kaseId, at, write } = await app.newJob()
    await write('pvt.tab', 'written by the run')
    const kase = await app.reported(kaseId, { files: [fileAt(at('pvt.tab'))] })
    const [input] = auxFilesOf(job)
    expect(kase.casefile.aux_files).toEqual([input, { ...input, is_output: true }])
    expect(await usesOf(at('pvt.tab'))).toEqual([
      ['in', 1],
      ['out', 2],
    ])
    const marked = await app.request('PATCH', `/api/v1/kases/${kaseId}/aux_files/${input?.id}`, {
      is_downloaded: true,
    })
    expect(marked.body).toMatchObject({ id: input?.id, is_output: true, is_downloaded: true })
    expect(auxFilesOf(await readJob(app, job.id))).toEqual([input, marked.body])
  })

  it('may be an input of the next job', async () => {
    const { job, kaseId, at, write } = await app.newJob()
    await write('restart.rsw')
    const [output] = outputsOf(await app.reported(kaseId, { files: [fileAt(at('restart.rsw'))] }))
    const next = await submit(app, jobOf({ [at('next.olga')]: [at('restart.rsw')] }))
    expect(auxFilesOf(next)).toEqual([{ ...output, is_output: false }])
    expect(outputsOf((await readJob(app, job.id)).kases[0] as Kase)).toEqual([output])
  })

  it('completes a paused kase, and leaves a killed one killed', async () => {
    for (const [flag, status] of [
      ['pause_flag', 'completed'],
      ['kill_flag', 'killed'],
    ]) {
      const { job, kaseId, at, write } = await app.newJob()
      const before = await app.request('PATCH', `/api/v1/jobs/${job.id}`, { [String(flag)]: true })
      await write('results.ppl')
      const kase = await app.reported(kaseId, { files: [fileAt(at('results.ppl'))] })
      expect([kase.status, outputsOf(kase).length]).toEqual([status, 1])
      const after = await readJob(app, job.id)
      expect(after.status).toBe(status)
      if (status === 'killed') expect(after.end_time).toBe(before.body.end_time)
    }
  })

  it('leaves a kase that an engine runs as it is', async () => {
    const { job, kaseId, at } = await app.newJob()
    await app.database.db.updateTable('kase').set({ status: 'running' }).where('id', '=', kaseId).execute()
    const kase = await app.reported(kaseId, { files: [fileAt(at('early.tpl'))] })
    expect([kase.status, kase.progress, outputsOf(kase).length]).toEqual(['running', 0, 1])
    expect(await readJob(app, job.id)).toMatchObject({ status: 'running', end_time: null })
  })

  it('leaves a job of several kases running until the last; one report after another or all at once', async () => {
    const paths = Array.from({ length: 20 }, (_, i) => app.at(`many/case-${i}.olga`))
    const job = await submit(app, jobOf(Object.fromEntries(paths.map((path) => [path, []]))))
    const shared = await app.write('many/shared.ppl')
    await app.reported(kaseOf(job), { files: [fileAt(shared)] })
    expect(await readJob(app, job.id)).toMatchObject({
      status: 'running',
      progress: 5,
      start_time: null,
      end_time: null,
    })
    const others = job.kases.slice(1).map((kase) => app.reported(kase.id, { files: [fileAt(shared)] }))
    const ids = (await Promise.all(others)).map((kase) => outputsOf(kase)[0]?.id)
    expect(new Set(ids).size).toBe(1)
    expect(await readJob(app, job.id)).toMatchObject({ status: 'completed', progress: 100 })
  })

  it('is made once for its Idempotency-Key', async () => {
    const { kaseId, at } = await app.newJob()
    const body = { files: [fileAt(at('keyed.ppl'))] }
    const key = { 'idempotency-key': `report ${kaseId}` }
    const answers = await Promise.all([app.report(kaseId, body, key), app.report(kaseId, body, key)])
    const third = await app.report(kaseId, body, key)
    for (const answer of answers) expect([answer.status, answer.body]).toEqual([200, third.body])
    expect(third.headers['idempotent-replay']).toBe('true')
    expect((await app.report(kaseId, { files: [] }, key)).body.code).toBe('idempotency_mismatch')
    expect(await usesOf(at('keyed.ppl'))).toHaveLength(1)
  })
})

describe('a report that cannot be', () => {
  it.each([
    [{ files: [{ file_name: 'a/b', path: '/a' }] }, 'files[0].file_name'],
    [{ files: [fileAt('/ok.ppl'), { file_name: 'a', path: 'relative' }] }, 'files[1].path'],
    [{ files: [{ file_name: '', path: '/a' }] }, 'files[0].file_name'],
  ])('names the file that cannot be created: %j', async (body, field) => {
    const { kaseId } = await app.newJob()
    const before = await countRows(app)
    const answer = await app.report(kaseId, body)
    expect(answer.status).toBe(422)
    expect(answer.body.error).toMatch(/^Failed to create aux_file: ".*" of casefile "case.olga": the /)
    expect(answer.body.details).toMatchObject([{ field }])
    expect(await countRows(app)).toEqual(before)
  })

  it.each([
    [{ files: [{}] }, 'files[0].file_name'],
    [{ files: [{ path: '/a' }] }, 'files[0].file_name'],
    [{ files: [fileAt('/ok.ppl'), { ...fileAt('/a'), size: 1 }] }, 'files[1].size'],
    [{ files: ['/a'] }, 'files[0]'],
  ])('tells in the same words what is no aux file: %j', async (body, field) => {
    const { kaseId } = await app.newJob()
    const answer = await app.report(kaseId, body)
    expect([answer.status, answer.body.code]).toEqual([422, 'invalid'])
    expect(answer.body.error.startsWith(`Failed to create aux_file: ${field} `)).toBe(true)
    expect(answer.body.details[0]).toMatchObject({ field })
  })

  it.each([{}, { files: [], folder: '/a' }, { files: [{ path: '/a' }] }, { file: [] }, { folder: 7 }, []])(
    'is 422 for %j',
    async (body) => {
      const { kaseId } = await app.newJob()
      const answer = await app.report(kaseId, body)
      expect([answer.status, answer.body.code]).toEqual([422, 'invalid'])
    },
  )

  it('is 404 for a kase that is not there', async () => {
    for (const id of ['999999', 'abc']) {
      const answer = await app.request('POST', `/api/v1/kases/${id}/outputs`, { files: [] })
      expect([answer.status, answer.body.error]).toEqual([404, 'Kase not found'])
    }
  })
})

describe('whether an aux file was downloaded', () => {
  it('is said of one use, and not of the same file elsewhere', async () => {
    const { job, kaseId, at } = await app.newJob()
    const other = await submit(app, jobOf({ [at('case.olga')]: [at('pvt.tab')] }))
    const [aux] = auxFilesOf(job)
    const answer = await app.request('PATCH', `/api/kases/${kaseId}/aux_files/${aux?.id}`, {
      is_downloaded: true,
    })
    expectShape(AuxFile, answer.body)
    expect(answer.body).toEqual({ ...aux, is_downloaded: true })
    expect(auxFilesOf(await readJob(app, job.id))).toEqual([answer.body])
    expect(await readJob(app, other.id)).toEqual(other)
  })

  it('is 404 for an aux file of another kase, and 422 for another type', async () => {
    const [one, two] = [await app.newJob(), await app.newJob()]
    const patch = (id: unknown, body: object) =>
      app.request('PATCH', `/api/v1/kases/${one.kaseId}/aux_files/${id}`, body)
    const foreign = await patch(auxFilesOf(two.job)[0]?.id, { is_downloaded: true })
    expect([foreign.status, foreign.body.error]).toEqual([404, 'Aux file not found'])
    expect((await patch('abc', { is_downloaded: true })).status).toBe(404)
    for (const body of [{}, { is_downloaded: 1 }, { is_output: true }]) {
      expect((await patch(auxFilesOf(one.job)[0]?.id, body)).status).toBe(422)
    }
  })
})
