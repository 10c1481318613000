import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Job, type JobStatus } from '../../src/contract/job.ts'
import { expectShape, fileAt, jobOf, kaseOf, readJob, submit } from '../helpers/jobs.ts'
import { startTestApp, type TestApp } from '../helpers/test-app.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

const newJob = () => submit(app, jobOf({ '/cases/a.olga': ['/data/pvt.tab'], '/cases/b.olga': [] }))
const patch = (id: number | string, body: unknown, token?: string) =>
  app.request('PATCH', `/api/v1/jobs/${id}`, body, token)

async function change(id: number, body: object): Promise<Job> {
  const answer = await patch(id, body)
  expect(answer.status, JSON.stringify(answer.body)).toBe(200)
  expectShape(Job, answer.body)
  expect(await readJob(app, id)).toEqual(answer.body)
  return answer.body
}

const report = (kaseId: number, path: string) =>
  app.request('POST', `/api/v1/kases/${kaseId}/outputs`, { files: [fileAt(path)] })

const statusesOf = (job: Job) => [job.status, ...job.kases.map((kase) => kase.status)]

async function auditOf(id: number): Promise<string[]> {
  const { rows } = await app.database.pool.query<{ action: string }>(
    'select action from audit_entry where subject = $1 order by id',
    [`job ${id}`],
  )
  return rows.map((row) => row.action)
}

/** As an engine would have it. */
async function setKase(id: number, status: JobStatus): Promise<void> {
  await app.database.db.updateTable('kase').set({ status }).where('id', '=', id).execute()
}

describe('a queued job', () => {
  it('is paused with its kases, and goes on when it is resumed', async () => {
    const job = await newJob()
    const paused = await change(job.id, { pause_flag: true })
    expect(statusesOf(paused)).toEqual(['paused', 'paused', 'paused'])
    expect(paused).toMatchObject({ pause_flag: true, kill_flag: false, end_time: null })
    const resumed = await change(job.id, { pause_flag: false })
    expect(statusesOf(resumed)).toEqual(['queued', 'queued', 'queued'])
    expect({ ...resumed, updated_at: '' }).toEqual({ ...job, updated_at: '' })
    expect(await auditOf(job.id)).toEqual(['job.create', 'job.pause', 'job.resume'])
  })

  it('is killed with its kases, from a pause too', async () => {
    for (const before of [{}, { pause_flag: true }]) {
      const job = await newJob()
      await change(job.id, before)
      const killed = await change(job.id, { kill_flag: true })
      expect(statusesOf(killed)).toEqual(['killed', 'killed', 'killed'])
      expect(killed.kill_flag).toBe(true)
      expect(Date.parse(killed.end_time ?? '')).toBeGreaterThanOrEqual(Date.parse(job.submit_time))
      const [status] = (await app.request('GET', `/api/v1/jobs/${job.id}/status`)).body.jobs
      expect(status).toMatchObject({ status: 'killed', end_time: killed.end_time, run_time: null })
      for (const kase of status.kases)
        expect(kase).toMatchObject({ status: 'killed', end_time: expect.any(String) })
    }
  })

  it('is killed when both are asked for', async () => {
    const { id } = await newJob()
    expect(await change(id, { pause_flag: true, kill_flag: true })).toMatchObject({
      status: 'killed',
      pause_flag: true,
    })
    expect(await auditOf(id)).toEqual(['job.create', 'job.pause', 'job.kill'])
  })
})

describe('what holds already', () => {
  it('changes nothing, not even updated_at, and leaves no entry', async () => {
    const job = await newJob()
    expect(await change(job.id, { pause_flag: false, kill_flag: false })).toEqual(job)
    expect(await change(job.id, {})).toEqual(job)
    const paused = await change(job.id, { pause_flag: true })
    expect(Date.parse(paused.updated_at)).toBeGreaterThan(Date.parse(job.updated_at))
    await sleep(5)
    expect(await change(job.id, { pause_flag: true })).toEqual(paused)
    const killed = await change(job.id, { kill_flag: true })
    await sleep(5)
    expect(await change(job.id, { kill_flag: true, pause_flag: true })).toEqual(killed)
    expect(await auditOf(job.id)).toEqual(['job.create', 'job.pause', 'job.kill'])
  })
})

describe('a job that has finished', () => {
  it('is neither paused nor killed anew, and a kill is not taken back', async () => {
    const killed = await newJob()
    await change(killed.id, { kill_flag: true })
    const completed = await newJob()
    for (const kase of completed.kases) expect((await report(kase.id, '/results/a.ppl')).status).toBe(200)
    for (const [{ id }, body, words] of [
      [killed, { pause_flag: true }, 'is killed and cannot be paused'],
      [killed, { kill_flag: false }, 'is killed and cannot be brought back'],
      [completed, { pause_flag: true }, 'is completed and cannot be paused'],
      [completed, { kill_flag: true }, 'is completed and cannot be killed'],
    ] as const) {
      const before = await readJob(app, id)
      const answer = await patch(id, body)
      expect(answer.status).toBe(409)
      expect(answer.body).toEqual({
        error: `Job ${id} ${words}`,
        code: 'conflict',
        details: [{ field: Object.keys(body)[0], message: words }],
      })
      expect(await readJob(app, id)).toEqual(before)
    }
  })
})

describe('a job of which some has happened', () => {
  it('that has a finished kase pauses and kills the others', async () => {
    const job = await newJob()
    await report(kaseOf(job), '/results/b.ppl')
    expect(statusesOf(await readJob(app, job.id))).toEqual(['running', 'completed', 'queued'])
    expect(statusesOf(await change(job.id, { pause_flag: true }))).toEqual(['paused', 'completed', 'paused'])
    expect(statusesOf(await change(job.id, { pause_flag: false }))).toEqual([
      'running',
      'completed',
      'queued',
    ])
    expect(statusesOf(await change(job.id, { kill_flag: true }))).toEqual(['killed', 'completed', 'killed'])
  })

  it('goes on while an engine runs a kase of it; the flag is set and the others stop at once', async () => {
    const job = await newJob()
    await setKase(kaseOf(job), 'running')
    await app.database.db.updateTable('job').set({ status: 'running' }).where('id', '=', job.id).execute()
    const paused = await change(job.id, { pause_flag: true })
    expect(statusesOf(paused)).toEqual(['running', 'running', 'paused'])
    const killed = await change(job.id, { kill_flag: true })
    expect(statusesOf(killed)).toEqual(['running', 'running', 'killed'])
    expect(killed).toMatchObject({ pause_flag: true, kill_flag: true, end_time: null })
    expect((await patch(job.id, { pause_flag: false })).body.error).toMatch(/is being killed/)
  })
})

describe('PATCHes at the same moment', () => {
  it('are taken one after another: one kill of twenty counts, and none is lost', async () => {
    const { id } = await newJob()
    const asked = Array.from({ length: 20 }, (_, i) =>
      i % 2 === 0 ? { kill_flag: true } : { pause_flag: true },
    )
    const answers = await Promise.all(asked.map((body) => patch(id, body)))
    for (const answer of answers) expect([200, 409]).toContain(answer.status)
    expect(await readJob(app, id)).toMatchObject({ status: 'killed', kill_flag: true })
    expect((await auditOf(id)).filter((action) => action === 'job.kill')).toHaveLength(1)
  })
})

describe('a PATCH that cannot be', () => {
  it.each([
    { description: 'other' },
    { status: 'killed' },
    { pause_flag: true, priority_id: 2 },
    { pause_flag: 'yes', priority_id: 2 },
  ])('is 400 in the words of the API for %j', async (body) => {
    const job = await newJob()
    for (const prefix of ['/api/v1', '/api']) {
      const answer = await app.request('PATCH', `${prefix}/jobs/${job.id}/`, body)
      expect(answer.status).toBe(400)
      expect(answer.body).toMatchObject({
        error: 'Only pause_flag and kill_flag can be updated',
        code: 'malformed_request',
        details: [{ field: expect.stringMatching(/^(description|status|priority_id)$/) }],
      })
    }
    expect(await readJob(app, job.id)).toEqual(job)
  })

  it.each([{ pause_flag: 1 }, { kill_flag: 'true' }, { pause_flag: null }, [], null, 'pause'])(
    'is 422 for %j',
    async (body) => {
      const { id } = await newJob()
      const answer = await patch(id, JSON.stringify(body))
      expect([answer.status, answer.body.code]).toEqual([422, 'invalid'])
      expect(answer.body.details).not.toEqual([])
    },
  )

  it("is 404 for a job that is not there or another org's, and 403 for a reader", async () => {
    const { id } = await newJob()
    const foreign = (await app.request('POST', '/api/v1/orgs', { name: 'Foreign' })).body.owner_token
    const reader = (await app.request('POST', '/api/v1/tokens', { name: 'r', role: 'reader' })).body.token
    for (const [to, token] of [
      [999_999, app.ownerToken],
      ['abc', app.ownerToken],
      [id, foreign],
    ] as const) {
      const answer = await patch(to, { kill_flag: true }, token)
      expect([answer.status, answer.body.error]).toEqual([404, 'Job not found'])
    }
    expect((await patch(id, { kill_flag: true }, reader)).status).toBe(403)
    expect((await patch(id, { kill_flag: true }, '')).body.error).toBe('Unauthorized')
    expect((await readJob(app, id)).status).toBe('queued')
  })
})
