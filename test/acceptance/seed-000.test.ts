import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Job } from '../../src/contract/job.ts'
import { expectShape } from '../helpers/jobs.ts'
import { startTestApp, type TestApp } from '../helpers/test-app.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

const firstBody = {
  job: {
    description: 'Production Run',
    project_name: 'North Sea Pipeline',
    olga_version: '7.3.5',
    priority_id: 1,
    engine_id: 1,
  },
  casefiles: [
    {
      file_name: 'base_case.olga',
      path: '/shared/projects/north_sea/base_case.olga',
      modification_time: '2025-10-07T15:30:00Z',
      status: 1,
      modules: ['Pipeline', 'Multiphase', 'Compositional'],
      aux_files: [
        {
          file_name: 'pvt_table.tab',
          path: '/shared/projects/north_sea/pvt_table.tab',
          modification_time: '2025-10-07T15:00:00Z',
        },
        {
          file_name: 'boundary_conditions.tpl',
          path: '/shared/projects/north_sea/boundary_conditions.tpl',
          modification_time: '2025-10-07T14:30:00Z',
        },
      ],
    },
  ],
}

const aux = (file_name: string, folder = '/shared/data') => ({ file_name, path: `${folder}/${file_name}` })
const casefile = (name: string, modules: string[], aux_files: object[]) => ({
  file_name: name,
  path: `/shared/cases/${name}`,
  modules,
  aux_files,
})

/** The casefiles of the documented use cases; the job beside them is the one of the first example. */
const useCases: Record<string, object[]> = {
  'a simple case with one aux file': [
    casefile('pipeline.olga', ['Pipeline'], [aux('fluid.tab', '/shared/cases')]),
  ],
  'several casefiles with a shared aux file': [
    casefile('case1.olga', ['Pipeline'], [aux('common_pvt.tab')]),
    casefile('case2.olga', ['Pipeline'], [aux('common_pvt.tab')]),
  ],
  'a case with several aux files': [
    casefile(
      'complex_case.olga',
      ['Pipeline', 'Multiphase', 'Compositional'],
      ['pvt_data.tab', 'inlet_trend.tpl', 'outlet_pressure.tpl', 'ambient_temp.tpl'].map((name) => aux(name)),
    ),
  ],
}

const rowsOf = async (table: 'aux_file' | 'file') =>
  (await app.database.db.selectFrom(table).select('id').execute()).length

describe('a job as the jobs API documents it', () => {
  it('reads back as it was posted, with its aux files as inputs', async () => {
    const created = await app.request('POST', '/api/v1/jobs', firstBody)
    expect(created.status).toBe(201)
    const read = await app.request('GET', `/api/v1/jobs/${created.body.id}`)
    expect(read.body).toEqual(created.body)
    expect(read.body).toMatchObject({
      description: 'Production Run',
      project_name: 'North Sea Pipeline',
      olga_version: '7.3.5',
      priority_id: 1,
      engine_id: 1,
      kases: [
        {
          casefile: {
            file_name: 'base_case.olga',
            path: '/shared/projects/north_sea/base_case.olga',
            modification_time: '2025-10-07T15:30:00Z',
            status: 1,
            modules: ['Pipeline', 'Multiphase', 'Compositional'],
            aux_files: [
              { ...firstBody.casefiles[0]?.aux_files[0], is_output: false, is_downloaded: false },
              { ...firstBody.casefiles[0]?.aux_files[1], is_output: false, is_downloaded: false },
            ],
          },
        },
      ],
    })
  })

  it('answers under /api as under /api/v1, with and without a trailing slash', async () => {
    const created = await app.request('POST', '/api/jobs/', firstBody)
    expect(created.status).toBe(201)
    expect((await app.request('GET', `/api/jobs/${created.body.id}/`)).body).toEqual(created.body)
  })

  it('uses a file that is there already, once for each casefile', async () => {
    const first = await app.request('POST', '/api/v1/jobs', firstBody)
    const second = await app.request('POST', '/api/v1/jobs', firstBody)
    const auxIds = (job: typeof first.body) =>
      job.kases[0].casefile.aux_files.map((aux: { id: number }) => aux.id)
    expect(auxIds(second.body)).toEqual(auxIds(first.body))
  })

  it.each(Object.entries(useCases))('is %s', async (_, casefiles) => {
    for (const prefix of ['/api/v1', '/api']) {
      const answer = await app.request('POST', `${prefix}/jobs`, { job: firstBody.job, casefiles })
      expect(answer.status).toBe(201)
      expectShape(Job, answer.body)
      const input = { modification_time: null, is_output: false, is_downloaded: false }
      expect(answer.body.kases).toMatchObject(
        casefiles.map((each) => {
          const { aux_files, ...own } = each as ReturnType<typeof casefile>
          const shown = aux_files.map((file) => ({ ...file, ...input }))
          return { casefile: { ...own, modification_time: null, status: 0, aux_files: shown } }
        }),
      )
      const ids = answer.body.kases.map((kase: Job['kases'][number]) => kase.casefile.aux_files[0]?.id)
      expect(new Set(ids).size).toBe(1)
      const read = await app.request('GET', `${prefix}/jobs/${answer.body.id}`)
      expect(read.body).toEqual(answer.body)
    }
  })

  it('adds no file when it is posted again, and associates an aux file once with a casefile', async () => {
    const body = structuredClone(firstBody)
    body.casefiles[0]?.aux_files.push(...(firstBody.casefiles[0]?.aux_files ?? []))
    await app.request('POST', '/api/v1/jobs', firstBody)
    const before = [await rowsOf('aux_file'), await rowsOf('file')]
    const again = await app.request('POST', '/api/v1/jobs', body)
    expect([await rowsOf('aux_file'), await rowsOf('file')]).toEqual(before)
    expect(again.body.kases[0].casefile.aux_files).toHaveLength(2)
  })

  it('is one without aux files too, left out or an empty list', async () => {
    const [{ aux_files: _, ...bare } = {}] = firstBody.casefiles
    for (const casefiles of [[bare], [{ ...bare, aux_files: [] }]]) {
      const answer = await app.request('POST', '/api/v1/jobs', { job: firstBody.job, casefiles })
      expect(answer.status).toBe(201)
      expect(answer.body.kases[0].casefile).toMatchObject({ ...bare, aux_files: [] })
    }
  })

  it('holds a casefile that is its own aux file', async () => {
    const [{ aux_files: _, ...bare } = { file_name: '', path: '' }] = firstBody.casefiles
    const own = { file_name: bare.file_name, path: bare.path }
    const body = { job: firstBody.job, casefiles: [{ ...bare, aux_files: [own] }] }
    expect((await app.request('POST', '/api/v1/jobs', body)).body.kases[0].casefile.aux_files).toMatchObject([
      own,
    ])
  })

  it('is refused in the one form of errors', async () => {
    const { job } = firstBody
    const cases: [number, string, unknown, string?][] = [
      [400, 'malformed_request', '{"job":'],
      [401, 'unauthorized', firstBody, 'wb_none'],
      [422, 'invalid', {}],
      [422, 'invalid', { job, casefiles: [] }],
      [422, 'invalid', { job, casefiles: [{ file_name: 'a', path: '/a', aux_files: {} }] }],
      [422, 'invalid', { job: { ...job, numparallelsims: '1' }, casefiles: firstBody.casefiles }],
      [422, 'invalid', { job, casefiles: firstBody.casefiles, extra: 1 }],
      [422, 'invalid', { job: { ...job, olga_version: '1.0' }, casefiles: firstBody.casefiles }],
    ]
    for (const [status, code, body, token] of cases) {
      const answer = await app.request('POST', '/api/v1/jobs', body, token)
      expect([answer.status, answer.body.code]).toEqual([status, code])
      expect(answer.body).toEqual({ error: expect.any(String), code, details: expect.any(Array) })
      if (status === 422) expect(answer.body.details[0].field).toMatch(/^(job|casefiles|extra)/)
    }
  })

  it('says that a job which is not there is not found', async () => {
    const answer = await app.request('GET', '/api/v1/jobs/999999')
    expect(answer.status).toBe(404)
    expect(answer.body.error).toBe('Job not found')
  })

  it('names the casefile and the aux file that cannot be created', async () => {
    const body = structuredClone(firstBody)
    const aux = body.casefiles[0]?.aux_files[1]
    if (aux) aux.path = 'relative/boundary_conditions.tpl'
    const answer = await app.request('POST', '/api/v1/jobs', body)
    expect(answer.status).toBe(422)
    expect(answer.body.error).toMatch(
      /^Failed to create aux_file: "boundary_conditions.tpl" of casefile "base_case.olga"/,
    )
    expect(answer.body.details).toMatchObject([{ field: 'casefiles[0].aux_files[1].path' }])
  })

  it.each([
    [
      '{"file_name":"a.tab","path":"/data/\\u0000.tab"}',
      /aux_files\[0\]\.path the text holds the character U\+0000/,
    ],
    [
      '{"file_name":"a\\ud800","path":"/data/a.tab"}',
      /aux_files\[0\]\.file_name the text holds half of a surrogate/,
    ],
    ['{"file_name":"a.tab"}', /aux_files\[0\]\.path is required/],
    ['{"file_name":"a.tab","path":7}', /aux_files\[0\]\.path must be a text, not 7/],
    ['{"file_name":"","path":"/data/a.tab"}', /the file_name is empty/],
  ])('says so in the same words for %s', async (auxFile, reason) => {
    const body = structuredClone(firstBody)
    body.casefiles[0]?.aux_files.splice(0, 2)
    const text = JSON.stringify(body).replace('"aux_files":[]', `"aux_files":[${auxFile}]`)
    const answer = await app.request('POST', '/api/v1/jobs', text)
    expect(answer.status).toBe(422)
    expect(answer.body.error).toMatch(/^Failed to create aux_file: /)
    expect(answer.body.error).toMatch(reason)
    expect(answer.body.details[0].field).toMatch(/^casefiles\[0\]\.aux_files\[0\]/)
  })

  it('tells what its schema finds and what only its names and paths show in one answer', async () => {
    const body = {
      job: { description: 'd', olga_version: '7.3.5' },
      casefiles: [{ file_name: '', path: 'rel', aux_files: [{ file_name: 'x', path: 'rel' }] }, { path: 7 }],
    }
    for (const path of ['/api/v1/jobs', '/api/jobs/check']) {
      const answer = await app.request('POST', path, body)
      expect(answer.status).toBe(422)
      expect(answer.body.error).toMatch(/^Failed to create aux_file: casefiles\[0\]\.aux_files\[0\]\.path /)
      expect(answer.body.details.map(({ field }: { field: string }) => field).sort()).toEqual([
        'casefiles[0].aux_files[0].path',
        'casefiles[0].file_name',
        'casefiles[0].path',
        'casefiles[1].file_name',
        'casefiles[1].path',
        'job.project_name',
      ])
    }
  })

  it('speaks of an aux file first where a casefile cannot be either', async () => {
    const body = structuredClone(firstBody)
    Object.assign(body.casefiles[0] ?? {}, { path: 'rel' })
    Object.assign(body.casefiles[0]?.aux_files[0] ?? {}, { path: 'rel' })
    const answer = await app.request('POST', '/api/v1/jobs', body)
    expect(answer.body.error).toMatch(/^Failed to create aux_file: "pvt_table.tab" .* \(and 1 more\)$/)
  })

  it('is 413 when it names more than 100,000 files', async () => {
    const body = structuredClone(firstBody)
    const aux_files = Array.from({ length: 100_000 }, (_, i) => ({ file_name: 'a', path: `/a/${i}` }))
    Object.assign(body.casefiles[0] ?? {}, { aux_files })
    const answer = await app.request('POST', '/api/v1/jobs', body)
    expect(answer.status).toBe(413)
    expect(answer.body.error).toMatch(/over the limit of 100,000/)
  })

  it('tells all faults of its own and of its files at once', async () => {
    const body = structuredClone(firstBody)
    Object.assign(body.job, {
      project_name: 'a\nb',
      olga_version: 'none such',
      engine_id: 77,
      priority_id: 78,
    })
    const own = ['job.project_name', 'job.olga_version', 'job.engine_id', 'job.priority_id']
    const ofJob = await app.request('POST', '/api/v1/jobs', body)
    expect(ofJob.status).toBe(422)
    expect(ofJob.body.error).toMatch(/^job.project_name contains a control character.* \(and 3 more\)$/)
    expect(ofJob.body.details.map((detail: { field: string }) => detail.field)).toEqual(own)
    const aux = body.casefiles[0]?.aux_files[1]
    if (aux) aux.path = '/a/../b'
    const ofBoth = await app.request('POST', '/api/v1/jobs', body)
    expect(ofBoth.body.error).toMatch(/^Failed to create aux_file: /)
    expect(ofBoth.body.details.map((detail: { field: string }) => detail.field)).toEqual([
      ...own,
      'casefiles[0].aux_files[1].path',
    ])
  })

  it.each([
    '2016-12-31T23:59:60Z',
    '2025-01-01T00:00:00+01',
    '9999-12-31T23:59:59-01:00',
    '0000-01-01T00:00:00+01:00',
  ])('refuses %s as a time, wherever one stands', async (time) => {
    const body = structuredClone(firstBody)
    Object.assign(body.job, { launch_time: time })
    Object.assign(body.casefiles[0] ?? {}, { modification_time: time })
    const answer = await app.request('POST', '/api/v1/jobs', body)
    expect(answer.status).toBe(422)
    expect(answer.body.details).toEqual(
      ['job.launch_time', 'casefiles[0].modification_time'].map((field) => ({
        field,
        message: `must be a time such as 2025-10-07T15:00:00Z, not "${time}"`,
      })),
    )
  })
})
