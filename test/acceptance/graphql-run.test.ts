import { afterAll, beforeAll, expect, it } from 'vitest'
import { weatherFile } from '../helpers/file-contents.ts'
import { asGraphql, sendGraphql } from '../helpers/graphql.ts'
import { aux, model, runCalls, type SentPart } from '../helpers/submissions.ts'
import { startTestApp, type TestApp } from '../helpers/test-app.ts'
import { workflowCalls } from '../helpers/workflows.ts'

let app: TestApp
const sites = ['chicago', 'boston', 'denver']
beforeAll(async () => {
  app = await startTestApp()
  const step = (slot: string) => ({
    validator: 'energyplus',
    name: slot,
    config: { weather_file_source: 'submitter', weather_file_slot: slot },
  })
  await workflowCalls(app).create({
    slug: 'sites',
    auxiliary_file_slots: sites.map((slug) => ({ slug, label: slug, allowed_file_types: ['epw'] })),
    steps: sites.map(step),
  })
  await workflowCalls(app).create({ slug: 'bare' })
})
afterAll(() => app.stop())

const wholeRun = `query Run($id: Int!) {
  run(id: $id) {
    id workflow workflowVersion state name metadata createdAt startedAt finishedAt
    files { fileId slot role direction originalFilename fileType sizeBytes sha256 uri gcsUri sameAs created }
    steps { index name validator state startedAt finishedAt }
    findings { severity code message file line step }
  }
}`
const send = (id: number, token?: string) =>
  sendGraphql(app, wholeRun, { id }, token === undefined ? {} : { token })

async function launch(workflow: string, parts: readonly SentPart[]) {
  const { status, body } = await runCalls(app).launch(workflow, parts)
  expect(status, JSON.stringify(body)).toBe(202)
  return body
}

/** A file for every slot, each with a byte order mark, which is worth a finding. */
const launchSites = () =>
  launch('sites', [
    model,
    { name: 'name', content: 'all sites' },
    { name: 'metadata', content: '{"floor_area": {"per_zone": [1, 2]}, "state": "draft"}' },
    ...sites.map((site) => aux(site, `${site}.epw`, `\ufeff${weatherFile().replace('Chicago', site)}`)),
  ])

it('a run is answered as REST does, the first time and when the document is known', async () => {
  await launchSites()
  const run = await launchSites()
  expect(run.files.map(({ same_as }: { same_as: unknown }) => same_as)).not.toContain(null)
  expect([run.steps.length, run.findings.length]).toEqual([3, 3])
  for (let time = 0; time < 3; time += 1) {
    const answer = await send(run.id)
    expect([answer.status, answer.body]).toEqual([200, { data: { run: asGraphql(run) } }])
  }
})

it('a run that is canceled shows so', async () => {
  const { id } = await launchSites()
  const canceled = await app.request('POST', `/api/v1/org/default/runs/${id}/cancel/`)
  expect(canceled.status).toBe(200)
  const { data } = (await send(id)).body
  expect(data.run).toEqual(asGraphql(canceled.body))
  expect(data.run).toMatchObject({
    state: 'CANCELED',
    files: [{ role: 'PRIMARY', direction: 'IN' }, {}, {}, {}],
  })
})

it('takes as many statements for a run of many files, steps and findings as for a bare one', async () => {
  const [bare, large] = [await launch('bare', [model]), await launchSites()]
  const count = async (id: number) => {
    const before = app.database.statementCount()
    expect((await send(id)).body.errors).toBeUndefined()
    return app.database.statementCount() - before
  }
  await count(bare.id)
  expect(await count(large.id)).toBe(await count(bare.id))
})

it('an unknown run is null with an error, and so is one of another org', async () => {
  const { id } = await launchSites()
  const { body } = await app.request('POST', '/api/v1/orgs', { name: 'Foreign' })
  const reader = await app.request('POST', '/api/v1/tokens', { name: 'reader', role: 'reader' })
  expect((await send(id, reader.body.token)).body.data.run.id).toBe(id)
  const unknown = await send(999_999)
  expect(unknown.status).toBe(200)
  expect(unknown.body).toEqual({
    data: { run: null },
    errors: [
      {
        message: 'Run not found',
        locations: [{ line: 2, column: 3 }],
        path: ['run'],
        extensions: { code: 'not_found', details: [] },
      },
    ],
  })
  for (const known of [0, -1, 2_147_483_647]) expect((await send(known)).body).toEqual(unknown.body)
  expect((await send(id, body.owner_token)).body).toEqual(unknown.body)
})
