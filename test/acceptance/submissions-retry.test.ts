import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { weatherFile } from '../helpers/file-contents.ts'
import { aux, model, runCalls, type SentPart, traces } from '../helpers/submissions.ts'
import { startTestApp, type TestApp } from '../helpers/test-app.ts'
import { libraryStep, workflowCalls } from '../helpers/workflows.ts'

let app: TestApp
let calls: ReturnType<typeof runCalls>
let workflows: ReturnType<typeof workflowCalls>
beforeAll(async () => {
  app = await startTestApp({ limits: { primaryBytes: 2 * 1_048_576, auxiliaryBytes: 1_048_576 } })
  calls = runCalls(app)
  workflows = workflowCalls(app)
})
afterAll(() => app.stop())

const weatherName = libraryStep.config.weather_file
const slot = (slug: string, more: object = {}) => ({
  slug,
  label: slug,
  allowed_file_types: ['csv', 'epw'],
  required: false,
  ...more,
})
const sent: SentPart[] = [
  model,
  aux('weather', 'chicago.epw', weatherFile()),
  aux('table', 'series.csv', 'a,b\n1,2\n'),
  { name: 'name', content: 'Monday' },
  { name: 'metadata', content: '{"project": "north"}' },
]
const putLibrary = () =>
  calls.call('PUT', `/org/default/library/${weatherName}`, weatherFile(), {
    'content-type': 'application/octet-stream',
  })

let made = 0
const makeWorkflow = async () => {
  made += 1
  return await workflows.create({
    slug: `retried-${made}`,
    primary_file_types: ['json'],
    auxiliary_file_slots: [slot('weather'), slot('table')],
    steps: [libraryStep],
  })
}

type Change = [name: string, change: (workflow: string) => Promise<unknown>]
const changes: Change[] = [
  ['asks for more', (workflow) => workflows.post(`/${workflow}/slots`, slot('more', { required: true }))],
  [
    'takes less',
    (workflow) =>
      workflows.patch(`/${workflow}/slots/weather`, { max_size_bytes: 10, allowed_file_types: ['csv'] }),
  ],
  ['has renamed a slot', (workflow) => workflows.patch(`/${workflow}/slots/weather`, { slug: 'climate' })],
  [
    'has its slots in another order',
    (workflow) => workflows.patch(`/${workflow}/slots/weather`, { order: 9 }),
  ],
  [
    'takes other primary files',
    (workflow) => workflows.patch(`/${workflow}`, { primary_file_types: ['epjson', 'idf'] }),
  ],
  [
    'names a library file that is gone',
    (workflow) =>
      workflows.patch(`/${workflow}`, {
        steps: [{ validator: 'energyplus', config: { weather_file: 'gone.epw' } }],
      }),
  ],
  ['has another slug', (workflow) => workflows.patch(`/${workflow}`, { slug: `other-${made}` })],
  ['is deleted', (workflow) => workflows.remove(`/${workflow}`)],
]

describe('a launch asked again with its key', () => {
  beforeAll(putLibrary)

  it.each(changes)('gets the first answer of a workflow that by now %s', async (_, change) => {
    const { slug } = await makeWorkflow()
    const first = await calls.launch(slug, sent, { key: slug })
    expect(first.status, JSON.stringify(first.body)).toBe(202)
    const changed = await change(slug)
    expect(changed).toMatchObject({ status: expect.toSatisfy((status: number) => status < 300) })
    const before = await traces(app)
    const again = await calls.launch(slug, [...sent].reverse(), { key: slug, boundary: 'other' })
    expect([again.status, again.headers.get('idempotent-replay')]).toEqual([202, 'true'])
    expect(again.body).toEqual(first.body)
    expect(again.headers.get('location')).toBe(first.headers.get('location'))
    const other = await calls.launch(slug, [{ ...model, content: '{"Building": []}' }, ...sent.slice(1)], {
      key: slug,
    })
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_mismatch'])
    expect(await traces(app)).toEqual(before)
  })

  it('is told that other content came whatever else is wrong with it', async () => {
    const { slug } = await makeWorkflow()
    await calls.launch(slug, sent, { key: slug })
    const without = (name: string) => sent.filter((part) => part.name !== name)
    const others: SentPart[][] = [
      [],
      without('payload'),
      without('metadata'),
      without('aux_table'),
      [...sent, { name: 'name', content: 'Monday' }],
      [...sent, { name: 'metadata', content: '{"project": "north"}' }],
      [...without('metadata'), { name: 'metadata', content: '[]' }],
      [...without('name'), { name: 'name', content: 'x'.repeat(300) }],
      [...sent, { name: 'odd', content: 'x' }],
      [...sent, { name: 'aux_', content: 'x' }],
      [...sent, aux('table', 'series.csv', 'a,b\n1,2\n')],
      [...sent, model],
      [...without('aux_table'), aux('table', 'other.csv', 'a,b\n1,2\n')],
      [...without('aux_table'), aux('tables', 'series.csv', 'a,b\n1,2\n')],
      [...without('aux_table'), aux('table', '..', 'a,b\n1,2\n')],
      [...without('payload'), { ...model, type: 'text/csv' }],
      [...without('payload'), { ...model, fileName: 'payload.json' }],
    ]
    for (const parts of others) {
      const answer = await calls.launch(slug, parts, { key: slug })
      expect([answer.status, answer.body.code], JSON.stringify(parts.at(-1))).toEqual([
        422,
        'idempotency_mismatch',
      ])
    }
    const elsewhere = await calls.launch((await makeWorkflow()).slug, sent, { key: slug })
    expect(elsewhere.body.code).toBe('idempotency_mismatch')
    const left = { name: 'aux_more', fileName: '', content: '' }
    expect((await calls.launch(slug, [left, ...sent], { key: slug })).status).toBe(202)
  })

  it('may not send without end', async () => {
    const { slug } = await makeWorkflow()
    await calls.launch(slug, sent, { key: slug })
    const tooLarge: SentPart[] = [
      { ...model, content: Buffer.alloc(2 * 1_048_576 + 1, 'x') },
      aux('table', 'series.csv', Buffer.alloc(1_048_576 + 1, 'x')),
      { name: 'name', content: 'x'.repeat(65_537) },
    ]
    for (const part of tooLarge) {
      const answer = await calls.launch(slug, [part], { key: slug })
      expect([answer.status, answer.body.details]).toMatchObject([413, [{ field: part.name }]])
    }
  })
})
