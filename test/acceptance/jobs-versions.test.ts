import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AnalysisApp, startAnalysisApp, tick } from '../helpers/analysis-app.ts'
import { auxFilesOf, type FileBody, fileAt, jobOf, kaseOf, readJob, submit } from '../helpers/jobs.ts'

let app: AnalysisApp
beforeAll(async () => {
  app = await startAnalysisApp()
})
afterAll(() => app.stop())

const [october, november] = ['2025-10-07T15:00:00Z', '2025-11-08T09:30:00.250Z']

/** The bytes of the answer, not what they parse to. */
async function textOf(id: number): Promise<string> {
  const headers = { authorization: `Bearer ${app.ownerToken}` }
  const answer = await app.app.inject({ method: 'GET', url: `/api/v1/jobs/${id}`, headers })
  expect(answer.statusCode).toBe(200)
  return answer.body
}

/** The ledger's file at a path: its versions, and which of them each casefile took in or put out. */
async function ledgerOf(path: string) {
  const { body } = await app.request(
    'GET',
    `/api/v1/files?name=${encodeURIComponent(fileAt(path).file_name)}`,
  )
  const { id } = body.items.find((item: FileBody) => item.path === path)
  const file = (await app.request('GET', `/api/v1/files/${id}`)).body
  return {
    id,
    times: file.versions.map((version: { modified_at: string }) => version.modified_at).toReversed(),
    uses: Object.fromEntries(
      file.uses.map((use: Record<string, unknown>) => [`${use.subject} ${use.direction}`, use.version]),
    ),
  }
}

const casefileOf = (job: { kases: { casefile_id: number }[] }) => `casefile ${job.kases[0]?.casefile_id}`

/** A job whose casefile and aux file are told to be of this time, or of none. */
function jobAt(name: string, time?: string): object {
  const told = (path: string) => ({
    ...fileAt(path),
    ...(time === undefined ? {} : { modification_time: time }),
  })
  return {
    job: { description: name, project_name: 'Versions', olga_version: '7.3.5' },
    casefiles: [{ ...told(`/cases/${name}.olga`), aux_files: [told(`/data/${name}.tab`)] }],
  }
}

describe('a file told with a new modification_time', () => {
  it('is a new version of the same file; the earlier job answers what it answered', async () => {
    const first = await submit(app, jobAt('told', october))
    const before = await textOf(first.id)
    const second = await submit(app, jobAt('told', november))
    expect(await textOf(first.id)).toBe(before)
    expect(JSON.parse(before)).toEqual(first)
    expect(auxFilesOf(second)).toEqual([{ ...auxFilesOf(first)[0], modification_time: november }])
    for (const path of ['/cases/told.olga', '/data/told.tab']) {
      const { times, uses } = await ledgerOf(path)
      expect(times).toEqual([october, november])
      expect(uses).toEqual({ [`${casefileOf(first)} in`]: 1, [`${casefileOf(second)} in`]: 2 })
    }
  })

  it('is the version that stands where the time is the same, or nobody tells one', async () => {
    const jobs = [
      await submit(app, jobAt('same', october)),
      await submit(app, jobAt('same', '2025-10-07T17:00:00+02:00')),
      await submit(app, jobAt('same')),
    ]
    expect(new Set(jobs.map((job) => auxFilesOf(job)[0]?.id)).size).toBe(1)
    expect(jobs.map((job) => auxFilesOf(job)[0]?.modification_time)).toEqual([october, october, null])
    const { times, uses } = await ledgerOf('/data/same.tab')
    expect(times).toEqual([october])
    expect(uses).toEqual(Object.fromEntries(jobs.map((job) => [`${casefileOf(job)} in`, 1])))
  })

  it('leaves what each use says of its own alone', async () => {
    const first = await submit(app, jobAt('flags', october))
    const [aux] = auxFilesOf(first)
    await app.request('PATCH', `/api/v1/kases/${kaseOf(first)}/aux_files/${aux?.id}`, { is_downloaded: true })
    await app.request('POST', `/api/v1/kases/${kaseOf(first)}/outputs`, {
      files: [{ ...fileAt('/data/flags.tab'), modification_time: november }],
    })
    const before = await textOf(first.id)
    const third = '2025-12-01T00:00:00Z'
    const next = await submit(app, jobAt('flags', third))
    await app.request('POST', `/api/v1/kases/${kaseOf(next)}/outputs`, { files: [fileAt('/data/flags.tab')] })
    await app.request('PATCH', `/api/v1/kases/${kaseOf(next)}/aux_files/${aux?.id}`, { is_downloaded: true })
    expect(await textOf(first.id)).toBe(before)
    expect(auxFilesOf(await readJob(app, first.id))).toEqual([
      { ...aux, is_downloaded: true },
      { ...aux, is_output: true, modification_time: november },
    ])
    const { uses } = await ledgerOf('/data/flags.tab')
    expect(uses).toEqual({
      [`${casefileOf(first)} in`]: 1,
      [`${casefileOf(first)} out`]: 2,
      [`${casefileOf(next)} in`]: 3,
      [`${casefileOf(next)} out`]: null,
    })
  })
})

describe('a file found with new bytes', () => {
  it.each(['in a folder', 'in a bucket'])('%s is a new version of the same file', async (where) => {
    const put = async (name: string, content: string) => {
      if (where === 'in a folder') return await app.write(name, content)
      app.gs.buckets.put('bucket', name, Buffer.from(content))
      return `gs://bucket/${name}`
    }
    const casefile = await put('found.olga', 'one')
    const table = await put('found.tab', 'one')
    const first = await submit(app, jobOf({ [casefile]: [table] }))
    const before = await textOf(first.id)
    await tick()
    await put('found.olga', 'two')
    await put('found.tab', 'two')
    const second = await submit(app, jobOf({ [casefile]: [table] }))
    const third = await submit(app, jobOf({ [casefile]: [table] }))
    expect(await textOf(first.id)).toBe(before)
    expect(auxFilesOf(second)).toEqual(auxFilesOf(first))
    for (const path of [casefile, table]) {
      const { times, uses } = await ledgerOf(path)
      expect(times).toHaveLength(2)
      expect(uses).toEqual({
        [`${casefileOf(first)} in`]: 1,
        [`${casefileOf(second)} in`]: 2,
        [`${casefileOf(third)} in`]: 2,
      })
    }
  })

  it('by a look in between is one too, and a file that is gone keeps its versions', async () => {
    const table = await app.write('between.tab', 'one')
    const first = await submit(app, jobOf({ '/cases/between.olga': [table] }))
    const before = await textOf(first.id)
    await tick()
    await app.write('between.tab', 'two')
    await app.request('POST', '/api/v1/files/verify', { paths: [table] })
    expect(await textOf(first.id)).toBe(before)
    const second = await submit(app, jobOf({ '/cases/between.olga': [table] }))
    const { uses } = await ledgerOf(table)
    expect(uses).toEqual({ [`${casefileOf(first)} in`]: 1, [`${casefileOf(second)} in`]: 2 })
  })
})
