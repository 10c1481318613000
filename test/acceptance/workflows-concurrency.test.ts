import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findDefinition } from '../../src/workflows/workflow.repository.ts'
import { startTestApp, type TestApp } from '../helpers/test-app.ts'
import { libraryStep, submitterStep, weatherSlot, workflowCalls } from '../helpers/workflows.ts'

let app: TestApp
let workflows: ReturnType<typeof workflowCalls>
let orgId: number
beforeAll(async () => {
  app = await startTestApp()
  workflows = workflowCalls(app)
  orgId = (await app.request('GET', '/api/v1/me')).body.org.id
})
afterAll(() => app.stop())

const times = <T>(count: number, make: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, index) => make(index)))

describe('authors at once', () => {
  it('lose no step, and each gets an index of its own', async () => {
    await workflows.create({ slug: 'busy' })
    const answers = await times(12, (at) =>
      workflows.post('/busy/steps/', { validator: 'csv', name: `step ${at}` }),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]))
    const { version, steps } = (await workflows.get('/busy/')).body
    expect(version).toBe(13)
    expect(steps.map((step: { index: number }) => step.index)).toEqual(
      steps.map((_: unknown, at: number) => at),
    )
    for (const { body } of answers) expect(steps[body.index].name).toBe(body.name)
  })

  it('fill three slots and no more, and one slug once', async () => {
    await workflows.create({ slug: 'narrow' })
    const answers = await times(10, (at) =>
      workflows.post('/narrow/slots/', { ...weatherSlot, slug: `slot-${at % 5}` }),
    )
    const made = answers.filter(({ status }) => status === 201).map(({ body }) => body.slug)
    expect([made.length, new Set(made).size]).toEqual([3, 3])
    for (const { status } of answers) expect([201, 409, 422]).toContain(status)
    expect((await workflows.get('/narrow/')).body).toMatchObject({ version: 4 })
  })

  it('write over each other field by field, never half of one', async () => {
    await workflows.create({ slug: 'contested', auxiliary_file_slots: [weatherSlot] })
    const answers = await times(10, (at) =>
      at % 2 === 0
        ? workflows.patch('/contested/slots/weather_file/', { label: `label ${at}` })
        : workflows.patch('/contested/slots/weather_file/', { description: `description ${at}` }),
    )
    expect(answers.every(({ status }) => status === 200)).toBe(true)
    const [slot] = (await workflows.get('/contested/')).body.auxiliary_file_slots
    expect(slot).toMatchObject({
      label: expect.stringMatching(/^label \d$/),
      description: expect.stringMatching(/^description \d$/),
    })
  })

  it('delete one step each, or find it gone', async () => {
    await workflows.create({ slug: 'shrinking', steps: [libraryStep, libraryStep, libraryStep] })
    const answers = await times(5, () => workflows.remove('/shrinking/steps/0/'))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 404, 404])
    expect((await workflows.get('/shrinking/')).body).toMatchObject({ version: 4, steps: [] })
  })

  it('of one name get slugs of their own, and of one slug one gets it', async () => {
    const named = await times(8, () => workflows.post('/', { name: 'Same Name' }))
    expect(named.map(({ status }) => status)).toEqual(Array(8).fill(201))
    expect(new Set(named.map(({ body }) => body.slug)).size).toBe(8)
    const given = await times(6, () => workflows.post('/', { name: 'x', slug: 'same-slug' }))
    expect(given.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409, 409])
    const renamed = await times(4, (at) => workflows.patch(`/same-name-${at + 2}/`, { slug: 'renamed' }))
    expect(renamed.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409])
  })

  it('and a deletion end with it deleted, whatever came first', async () => {
    await workflows.create({ slug: 'doomed' })
    const answers = await Promise.all([
      ...Array.from({ length: 4 }, () => workflows.post('/doomed/steps/', { validator: 'csv' })),
      workflows.remove('/doomed/'),
    ])
    for (const { status } of answers) expect([201, 204, 404]).toContain(status)
    expect(answers.at(-1)?.status).toBe(204)
    expect((await workflows.get('/doomed/')).status).toBe(404)
  })

  it('with one Idempotency-Key add one step', async () => {
    await workflows.create({ slug: 'keyed' })
    const answers = await times(6, () =>
      workflows.post('/keyed/steps/', { validator: 'csv' }, undefined, { 'idempotency-key': 'one-step' }),
    )
    expect(new Set(answers.map(({ status, body }) => JSON.stringify([status, body]))).size).toBe(1)
    expect((await workflows.get('/keyed/steps/')).body.items).toHaveLength(1)
  })
})

describe('the past', () => {
  it('stays: every version is kept as it was, also when the workflow is deleted', async () => {
    const { id } = await workflows.create({ slug: 'history', steps: [libraryStep] })
    await workflows.post('/history/slots/', weatherSlot)
    await workflows.patch('/history/steps/0/', { config: submitterStep.config })
    await workflows.remove('/history/')
    const versions = await Promise.all(
      [1, 2, 3, 4].map((version) => findDefinition(app.database.db, orgId, id, version)),
    )
    expect(versions.map((definition) => definition?.steps[0]?.config)).toEqual([
      libraryStep.config,
      libraryStep.config,
      submitterStep.config,
      undefined,
    ])
    expect(versions.map((definition) => definition?.auxiliary_file_slots.length)).toEqual([
      0,
      1,
      1,
      undefined,
    ])
    expect(await findDefinition(app.database.db, orgId + 1, id, 1)).toBeUndefined()
    const { pool } = app.database
    await expect(pool.query(`update workflow_version set definition = '{}'`)).rejects.toThrow(/append-only/)
    await expect(pool.query('delete from workflow_version')).rejects.toThrow(/append-only/)
  })
})

describe('users of the database', () => {
  it('find slots and steps as they now are, under the names of the model', async () => {
    const { id } = await workflows.create({
      slug: 'viewed',
      auxiliary_file_slots: [weatherSlot],
      steps: [libraryStep, submitterStep],
    })
    await workflows.patch('/viewed/slots/weather_file/', { required: false, order: 3 })
    const { pool } = app.database
    const slots = await pool.query('select * from workflow_auxiliary_file_slot where workflow_id = $1', [id])
    expect(slots.rows).toEqual([
      { ...weatherSlot, workflow_id: id, description: '', required: false, order: 3, org_id: orgId },
    ])
    const steps = await pool.query('select * from workflow_step where workflow_id = $1 order by index', [id])
    expect(steps.rows).toMatchObject([
      { index: 0, name: 'EnergyPlus', validator: 'energyplus', config: libraryStep.config },
      { index: 1, config: submitterStep.config },
    ])
    await workflows.remove('/viewed/')
    for (const view of ['workflow_auxiliary_file_slot', 'workflow_step']) {
      expect((await pool.query(`select 1 from ${view} where workflow_id = ${id}`)).rows).toEqual([])
      await expect(pool.query(`delete from ${view}`)).rejects.toThrow(/view/)
    }
  })
})
