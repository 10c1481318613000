import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../helpers/test-app.ts'
import { libraryStep, submitterStep, weatherSlot, workflowCalls } from '../helpers/workflows.ts'

let app: TestApp
let workflows: ReturnType<typeof workflowCalls>
let foreign: { token: string; slug: string }
beforeAll(async () => {
  app = await startTestApp()
  workflows = workflowCalls(app)
  const made = await app.request('POST', '/api/v1/orgs', { name: 'Foreign' })
  foreign = { token: made.body.owner_token, slug: made.body.slug }
})
afterAll(() => app.stop())

describe('a workflow', () => {
  it('is made with a name alone, and reads back by its slug and its number', async () => {
    const made = await workflows.post('/', { name: 'Structural Review' })
    expect(made.status).toBe(201)
    expect(made.body).toEqual({
      id: expect.any(Number),
      slug: 'structural-review',
      name: 'Structural Review',
      description: '',
      version: 1,
      primary_file_types: [],
      auxiliary_file_slots: [],
      steps: [],
      warnings: [],
      created_at: expect.stringMatching(/Z$/),
      updated_at: made.body.created_at,
    })
    expect(made.headers.location).toBe(`/api/v1/org/default/workflows/${made.body.id}`)
    for (const path of [
      '/structural-review',
      '/structural-review/',
      `/${made.body.id}`,
      `/${made.body.id}/`,
    ]) {
      expect(await workflows.get(path), path).toMatchObject({ status: 200, body: made.body })
    }
  })

  it('is made with its slots and steps, in which what is not given has its default', async () => {
    const made = await workflows.create({
      slug: 'abc123',
      description: 'For the code of San Francisco',
      primary_file_types: ['IDF', '.epJSON', 'idf'],
      auxiliary_file_slots: [
        { slug: 'notes', label: 'Notes', allowed_file_types: ['.CSV', 'csv', 'Json'], order: 2 },
        { ...weatherSlot, order: 1 },
        { slug: 'extra', label: 'Extra', allowed_file_types: ['xml'], required: false, order: 1 },
      ],
      steps: [
        submitterStep,
        { validator: 'Json-Schema', name: 'Shape', config: { schema: 's.json', own: [1] } },
      ],
    })
    expect(made.primary_file_types).toEqual(['idf', 'epjson'])
    expect(made.auxiliary_file_slots).toEqual([
      { ...weatherSlot, description: '', order: 1 },
      {
        slug: 'extra',
        label: 'Extra',
        description: '',
        allowed_file_types: ['xml'],
        max_size_bytes: 10_485_760,
        required: false,
        order: 1,
      },
      {
        slug: 'notes',
        label: 'Notes',
        description: '',
        allowed_file_types: ['csv', 'json'],
        max_size_bytes: 10_485_760,
        required: true,
        order: 2,
      },
    ])
    expect(made.steps).toEqual([
      { index: 0, name: 'EnergyPlus', validator: 'energyplus', config: submitterStep.config },
      { index: 1, name: 'Shape', validator: 'json-schema', config: { schema: 's.json', own: [1] } },
    ])
  })

  it('without a slug takes one of its name, and another where that is taken', async () => {
    const made = [await workflows.create({ name: 'Twice' }), await workflows.create({ name: 'Twice' })]
    expect(made.map(({ slug }) => slug)).toEqual(['twice', 'twice-2'])
  })

  it('with a slug that is taken is 409, also when it would take it later', async () => {
    await workflows.create({ slug: 'taken' })
    const other = await workflows.create({ slug: 'other' })
    const answers = [
      await workflows.post('/', { name: 'x', slug: 'taken' }),
      await workflows.patch('/other/', { slug: 'taken' }),
    ]
    for (const { status, body } of answers) {
      expect([status, body.error]).toEqual([409, 'There is a workflow with the slug "taken" already'])
    }
    expect((await workflows.get('/other/')).body).toEqual(other)
  })

  it('is changed in what is given, and slots and steps as a whole', async () => {
    await workflows.create({ slug: 'edited', auxiliary_file_slots: [weatherSlot], steps: [submitterStep] })
    const named = await workflows.patch('/edited/', { name: 'Renamed', description: 'd', slug: 'edited-2' })
    expect(named.body).toMatchObject({ slug: 'edited-2', name: 'Renamed', description: 'd', version: 1 })
    expect(named.body.steps).toHaveLength(1)
    const stepped = await workflows.patch('/edited-2/', { steps: [libraryStep, { validator: 'csv' }] })
    expect(stepped.body).toMatchObject({ version: 2, name: 'Renamed' })
    expect(stepped.body.steps.map((step: { validator: string }) => step.validator)).toEqual([
      'energyplus',
      'csv',
    ])
    expect(stepped.body.auxiliary_file_slots).toEqual(named.body.auxiliary_file_slots)
    const emptied = await workflows.patch('/edited-2/', {
      auxiliary_file_slots: [],
      primary_file_types: ['xml'],
    })
    expect(emptied.body).toMatchObject({ version: 3, auxiliary_file_slots: [], primary_file_types: ['xml'] })
    expect((await workflows.get('/edited-2/')).body).toEqual(emptied.body)
    expect((await workflows.get('/edited/')).status).toBe(404)
  })

  it('has a new version only where its definition has changed', async () => {
    const made = await workflows.create({ slug: 'same', steps: [submitterStep] })
    expect((await workflows.patch('/same/', {})).body).toEqual(made)
    expect((await workflows.patch('/same/', { steps: [submitterStep] })).body).toEqual(made)
    expect((await workflows.patch('/same/', { steps: [libraryStep] })).body.version).toBe(2)
  })

  it('is deleted, and its slug is free again', async () => {
    const made = await workflows.create({ slug: 'passing' })
    expect((await workflows.remove('/passing/')).status).toBe(204)
    for (const path of [
      '/passing/',
      `/${made.id}/`,
      '/passing/check/',
      '/passing/slots/',
      '/passing/steps/',
    ]) {
      const gone = await workflows.get(path)
      expect([gone.status, gone.body.error], path).toEqual([404, 'Workflow not found'])
    }
    expect((await workflows.remove('/passing/')).status).toBe(404)
    expect((await workflows.patch('/passing/', { name: 'x' })).status).toBe(404)
    expect((await workflows.create({ slug: 'passing' })).id).not.toBe(made.id)
  })

  it('is made once for its Idempotency-Key', async () => {
    const send = () => workflows.post('/', { name: 'Once' }, undefined, { 'idempotency-key': 'once' })
    const [first, again] = [await send(), await send()]
    expect(again.body).toEqual(first.body)
    expect([again.status, again.headers.location]).toEqual([201, first.headers.location])
    expect(again.headers['idempotent-replay']).toBe('true')
  })
})

describe('the list', () => {
  it('pages through all of the org, each with its warnings', async () => {
    const bare = { steps: [{ validator: 'energyplus' }] }
    for (const name of ['page a', 'page b', 'page c']) await workflows.create({ name, ...bare })
    const whole = (await workflows.get('/?limit=1000')).body
    expect(whole.next_cursor).toBeNull()
    const slugs: string[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = await workflows.get(`?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`)
      slugs.push(...page.body.items.map((item: { slug: string }) => item.slug))
      cursor = page.body.next_cursor
    }
    expect(slugs).toEqual(whole.items.map((item: { slug: string }) => item.slug))
    expect(whole.items.at(-1)).toEqual((await workflows.get('/page-c/')).body)
    expect(whole.items.at(-1).warnings).toHaveLength(1)
    expect((await workflows.get('/?cursor=soon')).status).toBe(400)
  })
})

describe('the org in the address', () => {
  it('is the caller’s own by slug or number, under org and orgs', async () => {
    const { id } = (await app.request('GET', '/api/v1/me')).body.org
    for (const org of ['org/default', 'orgs/default', `org/${id}`, `orgs/${id}`]) {
      expect((await app.request('GET', `/api/v1/${org}/workflows`)).status, org).toBe(200)
    }
    const made = await app.request('POST', `/api/v1/orgs/${id}/workflows/`, { name: 'By number' })
    expect(made.headers.location).toBe(`/api/v1/org/${id}/workflows/${made.body.id}`)
    expect((await app.request('GET', String(made.headers.location))).body).toEqual(made.body)
  })

  it('of another is as unknown as none, and so is a workflow of another org at one’s own', async () => {
    const made = await workflows.create({ slug: 'hidden' })
    const unknown = await app.request('GET', '/api/v1/org/nobody/workflows/hidden/')
    expect([unknown.status, unknown.body.error]).toEqual([404, 'Org not found'])
    for (const org of ['default', '1', 'nobody', '0', '01', '%00', '%F0%9F%98%80']) {
      const answer = await app.request('GET', `/api/v1/org/${org}/workflows`, undefined, foreign.token)
      expect(answer.status, org).toBe(404)
    }
    const own = workflowCalls(app, foreign.slug)
    for (const path of ['/hidden/', `/${made.id}/`]) {
      expect((await own.get(path, undefined, foreign.token)).status).toBe(404)
      expect((await own.patch(path, { name: 'x' }, foreign.token)).status).toBe(404)
      expect((await own.remove(path, undefined, foreign.token)).status).toBe(404)
    }
    expect((await own.get('/', undefined, foreign.token)).body.items).toEqual([])
    expect((await own.post('/', { name: 'Hidden', slug: 'hidden' }, foreign.token)).status).toBe(201)
  })

  it.each(['999999', '0', '99999999999', 'x', '%00', '%F0%9F%98%80', 'a%2Fb'])(
    'has no workflow %s',
    async (id) => {
      const answer = await workflows.get(`/${id}`)
      expect([answer.status, answer.body.error]).toEqual([404, 'Workflow not found'])
    },
  )
})

describe('the validators', () => {
  it('are listed with the files that each needs and a schema of its config', async () => {
    const { status, body } = await app.request('GET', '/api/v1/validators/')
    expect([status, body.next_cursor]).toEqual([200, null])
    expect(body.items.map((item: { name: string }) => item.name)).toEqual([
      'energyplus',
      'fmi',
      'xml',
      'json-schema',
      'csv',
      'command',
    ])
    expect(body.items[0]).toMatchObject({
      title: 'EnergyPlus',
      roles: [{ name: 'weather_file', label: 'weather file', file_types: ['epw'], required: true }],
      config_schema: { properties: { weather_file_source: { enum: ['workflow', 'submitter'] } } },
    })
    const page = await app.request('GET', '/api/v1/validators?limit=4')
    const rest = await app.request('GET', `/api/v1/validators?limit=4&cursor=${page.body.next_cursor}`)
    expect([...page.body.items, ...rest.body.items]).toEqual(body.items)
    expect(rest.body.next_cursor).toBeNull()
  })
})

it('every write is audited with what it was about', async () => {
  await workflows.create({ slug: 'audited' })
  await workflows.post('/audited/slots/', weatherSlot)
  await workflows.patch('/audited/slots/weather_file/', { required: false })
  await workflows.remove('/audited/slots/weather_file/')
  await workflows.post('/audited/steps/', submitterStep)
  await workflows.patch('/audited/steps/0/', libraryStep)
  await workflows.patch('/audited/steps/0/', libraryStep)
  await workflows.remove('/audited/steps/0/')
  await workflows.patch('/audited/', { name: 'Audited' })
  await workflows.remove('/audited/')
  const { items } = (await app.request('GET', '/api/v1/audit?limit=9')).body
  expect(items.map((item: { action: string }) => item.action).reverse()).toEqual([
    'workflow.create',
    'workflow_slot.create',
    'workflow_slot.update',
    'workflow_slot.delete',
    'workflow_step.create',
    'workflow_step.update',
    'workflow_step.delete',
    'workflow.update',
    'workflow.delete',
  ])
  expect(new Set(items.map((item: { subject: string }) => item.subject)).size).toBe(1)
  expect(items[7].details).toEqual({ slug: 'weather_file', version: 2 })
})
