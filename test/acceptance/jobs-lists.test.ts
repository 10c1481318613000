import { Type } from 'typebox'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Job, JobStatuses } from '../../src/contract/job.ts'
import { expectShape, jobOf, submit } from '../helpers/jobs.ts'
import { browserHeaders } from '../helpers/route-examples.ts'
import { startTestApp, type TestApp } from '../helpers/test-app.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

const body = (name: string) => jobOf({ [`/cases/${name}.olga`]: ['/data/pvt.tab'] }, name)
const idsOf = (jobs: { id: number }[]) => jobs.map((job) => job.id)

async function makeToken(name: string, role = 'submitter'): Promise<string> {
  return (await app.request('POST', '/api/v1/tokens', { name, role })).body.token
}

/** The jobs of a page, and the address of the next. */
async function list(address: string, token?: string, headers?: Record<string, string>) {
  const answer = await app.request('GET', address, undefined, token, headers)
  expect(answer.status, JSON.stringify(answer.body)).toBe(200)
  expectShape(Type.Array(Job), answer.body)
  const link = answer.headers.link === undefined ? null : String(answer.headers.link)
  if (link !== null) expect(link).toMatch(/^<[^>]+>; rel="next"$/)
  return { jobs: answer.body as Job[], next: link?.slice(1, link.indexOf('>')) ?? null }
}

describe('a list of jobs', () => {
  it('holds those made with this token, newest first, each as it reads by itself', async () => {
    const [mine, others] = [await makeToken('mine'), await makeToken('others')]
    const made = [await submit(app, body('one'), mine), await submit(app, body('two'), mine)]
    const other = await submit(app, body('other'), others)
    expect((await list('/api/v1/jobs', mine)).jobs).toEqual([made[1], made[0]])
    expect((await list('/api/v1/jobs?scope=token', others)).jobs).toEqual([other])
    expect(idsOf((await list('/api/v1/jobs?scope=org&limit=3', mine)).jobs)).toEqual(
      idsOf([other, ...made.toReversed()]),
    )
    expect((await list('/api/v1/jobs', await makeToken('none'))).jobs).toEqual([])
  })

  it.each(['/api/v1', '/api'])('leads to the next page under %s until there is none', async (prefix) => {
    const token = await makeToken(`pages ${prefix}`)
    const made: number[] = []
    for (let i = 0; i < 5; i += 1) made.push((await submit(app, body(`page-${i}`), token)).id)
    const pages: number[][] = []
    let next: string | null = `${prefix}/jobs?scope=token&limit=2`
    while (next !== null) {
      expect(next).toMatch(new RegExp(`^${prefix}/jobs\\?`))
      const page: Awaited<ReturnType<typeof list>> = await list(next, token)
      pages.push(idsOf(page.jobs))
      next = page.next
    }
    const [a, b, c, d, e] = made.toReversed()
    expect(pages).toEqual([[a, b], [c, d], [e]])
    expect((await list(`${prefix}/jobs/?limit=5`, token)).next).toBeNull()
  })

  it('holds 100 unless a limit says otherwise, and 1,000 at most', async () => {
    const token = await makeToken('many')
    for (let i = 0; i < 103; i += 1) await submit(app, body(`many-${i}`), token)
    const first = await list('/api/v1/jobs', token)
    expect(first.jobs).toHaveLength(100)
    expect((await list(first.next ?? '', token)).jobs).toHaveLength(3)
    expect((await list('/api/v1/jobs?limit=1000', token)).jobs).toHaveLength(103)
  })

  it('holds in a browser those of all sessions of the same member, and of nobody else', async () => {
    const [one, two] = [await browserHeaders(app), await browserHeaders(app)]
    const made = await app.request('POST', '/api/v1/jobs', body('browser'), '', one)
    expect(made.status).toBe(201)
    expect(idsOf((await list('/api/v1/jobs', '', two)).jobs)).toEqual([made.body.id])
    const member = await app.request('POST', '/api/v1/members', { name: 'Grace', role: 'submitter' })
    const link = await app.request('POST', '/api/v1/sign-in-links', { member_id: member.body.id })
    const { pathname, search } = new URL(link.body.url)
    const signedIn = await app.request('GET', `${pathname}${search}`, undefined, '')
    const cookie = String(signedIn.headers['set-cookie']).split(';')[0] ?? ''
    expect((await list('/api/v1/jobs', '', { cookie, 'sec-fetch-site': 'same-origin' })).jobs).toEqual([])
  })

  it('ends a page early where its jobs are very large, and goes on behind it', async () => {
    const token = await makeToken('large')
    const made: number[] = []
    for (const name of ['x', 'y', 'z']) made.push((await submit(app, body(name), token)).id)
    await app.database.db.updateTable('job').set({ files_count: 60_000 }).where('id', 'in', made).execute()
    const first = await list('/api/v1/jobs?limit=3', token)
    expect(idsOf(first.jobs)).toEqual([made[2]])
    const second = await list(first.next ?? '', token)
    expect(idsOf(second.jobs)).toEqual([made[1]])
    expect(await list(second.next ?? '', token)).toMatchObject({ jobs: [{ id: made[0] }], next: null })
  })

  it('takes as many statements for a hundred jobs as for one', async () => {
    const count = async (limit: number) => {
      const before = app.database.statementCount()
      await list(`/api/v1/jobs?scope=org&limit=${limit}`)
      return app.database.statementCount() - before
    }
    await count(1)
    expect(await count(100)).toBe(await count(1))
  })

  it.each(['limit=0', 'limit=1001', 'limit=x', 'before=0', 'before=x', 'scope=all', 'page=2'])(
    'is 400 for ?%s',
    async (query) => {
      const answer = await app.request('GET', `/api/v1/jobs?${query}`)
      expect(answer.status).toBe(400)
      expect(answer.body).toMatchObject({ code: 'invalid_query', details: [{ field: query.split('=')[0] }] })
    },
  )
})

describe('the status of jobs', () => {
  it('tells of several in the order asked for, and leaves out what is unknown', async () => {
    const [a, b] = [await submit(app, body('a')), await submit(app, body('b'))]
    const answer = await app.request('GET', `/api/jobs/status?job_ids=${b.id}&job_ids=999999&job_ids=${a.id}`)
    expect(answer.status).toBe(200)
    expectShape(JobStatuses, answer.body)
    const statusOf = (job: Job) => ({
      id: job.id,
      description: job.description,
      status: 'queued',
      progress: 0,
      submit_time: job.submit_time,
      start_time: null,
      end_time: null,
      run_time: null,
      kases: job.kases.map(({ id }) => ({
        id,
        status: 'queued',
        progress: 0,
        sim_id: null,
        start_time: null,
        end_time: null,
        machine: null,
      })),
    })
    expect(answer.body).toEqual({ jobs: [statusOf(b), statusOf(a)] })
    const one = await app.request('GET', `/api/v1/jobs/${a.id}/status`)
    expect(one.body).toEqual({ jobs: [statusOf(a)] })
    expect((await app.request('GET', `/api/v1/jobs/status?job_ids=${a.id}`)).body).toEqual(one.body)
  })

  it("of another org's job is left out, and by its own address 404", async () => {
    const { id } = await submit(app, body('own'))
    const foreign = (await app.request('POST', '/api/v1/orgs', { name: 'Foreign' })).body.owner_token
    const asked = await app.request('GET', `/api/v1/jobs/status?job_ids=${id}`, undefined, foreign)
    expect([asked.status, asked.body]).toEqual([200, { jobs: [] }])
    const one = await app.request('GET', `/api/v1/jobs/${id}/status`, undefined, foreign)
    expect([one.status, one.body.error]).toEqual([404, 'Job not found'])
  })

  it('takes as many statements for a hundred jobs as for one', async () => {
    const { jobs } = await list('/api/v1/jobs?scope=org&limit=100')
    const count = async (ids: number[]) => {
      const before = app.database.statementCount()
      await app.request('GET', `/api/v1/jobs/status?${ids.map((id) => `job_ids=${id}`).join('&')}`)
      return app.database.statementCount() - before
    }
    await count([1])
    expect(await count(idsOf(jobs))).toBe(await count([1]))
  })

  it.each([
    ['', 'job_ids is required: name the jobs, as in ?job_ids=1&job_ids=2'],
    [
      `?${Array.from({ length: 1001 }, (_, i) => `job_ids=${i + 1}`).join('&')}`,
      'job_ids must name at most 1,000 jobs, not 1,001',
    ],
    ['?job_ids=x', 'job_ids[0] must be a whole number, not "x"'],
  ])('is 400 for %.20s', async (query, error) => {
    const answer = await app.request('GET', `/api/v1/jobs/status${query}`)
    expect(answer.status).toBe(400)
    expect(answer.body).toMatchObject({ code: 'invalid_query', error })
  })

  it('of a job that is not there is not found', async () => {
    for (const id of ['999999', 'abc', '99999999999']) {
      const answer = await app.request('GET', `/api/v1/jobs/${id}/status`)
      expect([answer.status, answer.body.error], id).toEqual([404, 'Job not found'])
    }
  })
})
