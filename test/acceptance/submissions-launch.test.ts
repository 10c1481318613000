import { createHash } from 'node:crypto'
import { readFile, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { weatherFile } from '../helpers/file-contents.ts'
import { aux, model, runCalls, storedFiles, traces } from '../helpers/submissions.ts'
import { startTestApp, type TestApp } from '../helpers/test-app.ts'
import { submitterStep, weatherSlot, workflowCalls } from '../helpers/workflows.ts'

let app: TestApp
let calls: ReturnType<typeof runCalls>
let workflow: { id: number; slug: string }
beforeAll(async () => {
  app = await startTestApp()
  calls = runCalls(app)
  workflow = await workflowCalls(app).create({
    slug: 'abc123',
    auxiliary_file_slots: [weatherSlot],
    steps: [submitterStep],
  })
})
afterAll(() => app.stop())

const weather = weatherFile()
const sha256 = (content: string | Buffer) => createHash('sha256').update(content).digest('hex')

describe('the request of the decision record, as it is written there', () => {
  it('launches a run, whose files lie where the record puts them', async () => {
    const boundary = 'boundary'
    const body = [
      `--${boundary}`,
      'Content-Disposition: form-data; name="payload"',
      'Content-Type: application/json',
      '',
      '{"Building": {}}',
      `--${boundary}`,
      'Content-Disposition: form-data; name="aux_weather_file"; filename="chicago.epw"',
      'Content-Type: application/vnd.energyplus.epw',
      '',
      weather,
      `--${boundary}--`,
    ].join('\r\n')
    const answer = await calls.call('POST', '/org/default/workflows/abc123/runs/', body, {
      'content-type': `multipart/form-data; boundary=${boundary}`,
    })
    expect(answer.status, JSON.stringify(answer.body)).toBe(202)
    const run = answer.body
    expect(answer.headers.get('location')).toBe(`/api/v1/org/default/runs/${run.id}`)
    const folder = `${app.store}/submissions/1/${run.id}`
    const file = {
      file_id: expect.any(Number),
      direction: 'in',
      gcs_uri: '',
      same_as: null,
      created: expect.stringMatching(/Z$/),
    }
    expect(run).toEqual({
      id: run.id,
      workflow: 'abc123',
      workflow_version: 1,
      state: 'queued',
      name: null,
      metadata: {},
      created_at: expect.stringMatching(/Z$/),
      started_at: null,
      finished_at: null,
      files: [
        {
          ...file,
          slot: null,
          role: 'primary',
          original_filename: 'payload.json',
          file_type: 'json',
          size_bytes: 16,
          sha256: sha256('{"Building": {}}'),
          uri: `${folder}/primary/payload.json`,
        },
        {
          ...file,
          slot: 'weather_file',
          role: 'auxiliary',
          original_filename: 'chicago.epw',
          file_type: 'epw',
          size_bytes: Buffer.byteLength(weather),
          sha256: sha256(weather),
          uri: `${folder}/aux/weather_file/chicago.epw`,
        },
      ],
      steps: [
        {
          index: 0,
          name: 'EnergyPlus',
          validator: 'energyplus',
          state: 'queued',
          started_at: null,
          finished_at: null,
        },
      ],
      findings: [],
    })
    expect(await readFile(`${folder}/aux/weather_file/chicago.epw`, 'utf8')).toBe(weather)
    expect(await readFile(`${folder}/primary/payload.json`, 'utf8')).toBe('{"Building": {}}')
    const read = await calls.call('GET', `/org/default/runs/${run.id}/`)
    expect([read.status, read.body]).toEqual([200, run])
    const ledger = await calls.call('GET', `/files/${run.files[1].file_id}`)
    expect(ledger.body).toMatchObject({
      path: run.files[1].uri,
      state: 'verified',
      size: Buffer.byteLength(weather),
      versions: [{ version: 1, sha256: sha256(weather) }],
      uses: [{ subject: `run ${run.id}`, place: 'weather_file', direction: 'in', version: 1 }],
    })
  })

  it('is refused without the weather file, in the words of the launcher', async () => {
    const before = await traces(app)
    const answer = await calls.launch('abc123', [model])
    expect(answer.status).toBe(422)
    expect(answer.body.error).toBe('Submission missing required weather file')
    expect(answer.body.details).toEqual([
      { field: 'aux_weather_file', message: 'Submission missing required weather file' },
    ])
    expect(await traces(app)).toEqual(before)
  })
})

describe('a run', () => {
  it('takes its parts in any order, a name and metadata', async () => {
    const answer = await calls.launch(workflow.id, [
      { name: 'metadata', content: '{"b": 1, "a": {"deep": [null]}}' },
      aux('weather_file', 'C:\\temp\\Zürich 1.EPW', weather),
      { name: 'name', content: ' Monday ' },
      { name: 'file', fileName: '../../etc/small office.idf', content: 'Version,24.1;' },
    ])
    expect(answer.status, JSON.stringify(answer.body)).toBe(202)
    expect(answer.body).toMatchObject({ name: 'Monday', metadata: { b: 1, a: { deep: [null] } } })
    expect(Object.keys(answer.body.metadata)).toEqual(['b', 'a'])
    expect(answer.body.files).toMatchObject([
      { role: 'primary', original_filename: 'small office.idf', file_type: 'idf' },
      { role: 'auxiliary', original_filename: 'Zürich 1.EPW', file_type: 'epw' },
    ])
    const folder = `submissions/1/${answer.body.id}`
    const files = (await storedFiles(app)).filter((path) => path.startsWith(`${folder}/`))
    expect(files).toEqual([`${folder}/aux/weather_file/Zurich_1.EPW`, `${folder}/primary/small_office.idf`])
  })

  it('keeps the definition that it was launched with', async () => {
    const made = await workflowCalls(app).create({
      slug: 'changing',
      steps: [{ validator: 'csv', name: 'one' }],
    })
    const first = await calls.launch('changing', [model])
    await workflowCalls(app).patch(`/${made.id}`, { steps: [{ validator: 'xml', name: 'two' }] })
    const second = await calls.launch('changing', [model])
    await workflowCalls(app).remove(`/${made.id}`)
    const runs = [first, second].map((answer) => answer.body.id)
    const read = await Promise.all(runs.map((id) => calls.call('GET', `/org/default/runs/${id}`)))
    expect(read.map(({ body }) => [body.workflow_version, body.steps[0].name])).toEqual([
      [1, 'one'],
      [2, 'two'],
    ])
  })

  it('shares storage with an earlier file of the same bytes, and each outlives the other', async () => {
    const first = await calls.launch('abc123', [
      model,
      aux('weather_file', 'a.epw', weatherFile({ rows: 48 })),
    ])
    const second = await calls.launch('abc123', [
      { name: 'file', fileName: 'b.idf', content: 'other' },
      aux('weather_file', 'b.epw', weatherFile({ rows: 48 })),
    ])
    const [one, two] = [first.body.files[1], second.body.files[1]]
    expect(two.same_as).toBe(one.file_id)
    expect([two.original_filename, two.uri]).toEqual(['b.epw', expect.stringMatching(/\/b\.epw$/)])
    expect((await stat(two.uri)).ino).toBe((await stat(one.uri)).ino)
    await unlink(one.uri)
    expect(await readFile(two.uri, 'utf8')).toBe(weatherFile({ rows: 48 }))
    expect(second.body.files[0].same_as).toBeNull()
  })

  it('finds nothing of the same bytes in another org', async () => {
    const made = await app.request('POST', '/api/v1/orgs', { name: 'Other', slug: 'other' })
    const token = made.body.owner_token
    const body = { name: 'w', slug: 'abc123' }
    await app.request('POST', '/api/v1/org/other/workflows', body, token)
    const theirs = await calls.launch('abc123', [model], { org: 'other', token })
    expect(theirs.status, JSON.stringify(theirs.body)).toBe(202)
    expect(theirs.body.files[0].same_as).toBeNull()
    expect(theirs.body.files[0].uri).toBe(
      join(app.store, 'submissions', String(made.body.id), String(theirs.body.id), 'primary/payload.json'),
    )
    for (const path of ['', '/cancel']) {
      const method = path === '' ? 'GET' : 'POST'
      const answer = await calls.call(method, `/org/default/runs/${theirs.body.id}${path}`)
      expect([answer.status, answer.body.error]).toEqual([404, 'Run not found'])
    }
    const asOther = await calls.launch('abc123', [model], { org: 'default', token })
    expect([asOther.status, asOther.body.error]).toEqual([404, 'Org not found'])
    const unknown = await calls.launch('nothing', [model], { org: 'other', token })
    expect([unknown.status, unknown.body.error]).toEqual([404, 'Workflow not found'])
  })

  it('of a workflow that asks for no file takes a body of any type as its primary file', async () => {
    await workflowCalls(app).create({ slug: 'bare', primary_file_types: [] })
    const sent: [string | null, string, string][] = [
      ['application/json', '{"Building": {}}', 'payload.json'],
      ['text/xml; charset=utf-8', '<a/>', 'payload.xml'],
      ['text/csv', 'a,b', 'payload.csv'],
      ['application/octet-stream', 'Version,24.1;', 'payload'],
      [null, 'Version,24.1;', 'payload'],
    ]
    for (const [type, body, name] of sent) {
      const answer = await calls.launch('bare', [], { raw: { type, body: Buffer.from(body) } })
      expect(answer.status, JSON.stringify(answer.body)).toBe(202)
      expect(answer.body.files).toMatchObject([{ original_filename: name, size_bytes: body.length }])
    }
    const slotted = await calls.launch('abc123', [], { raw: { type: 'application/json', body: '{}' } })
    expect([slotted.status, slotted.body.error]).toEqual([422, 'Submission missing required weather file'])
  })

  it('can be canceled while it is queued, once', async () => {
    const { body: run } = await calls.launch('bare', [model])
    const canceled = await calls.call('POST', `/org/default/runs/${run.id}/cancel/`)
    expect(canceled.status).toBe(200)
    expect(canceled.body).toEqual({ ...run, state: 'canceled', finished_at: expect.stringMatching(/Z$/) })
    const again = await calls.call('POST', `/org/default/runs/${run.id}/cancel/`)
    expect([again.status, again.body.code]).toEqual([409, 'conflict'])
    expect((await calls.call('POST', '/org/default/runs/999999/cancel/')).status).toBe(404)
  })

  it('is found by its workflow and its state, newest first, page by page', async () => {
    await workflowCalls(app).create({ slug: 'listed' })
    const ids: number[] = []
    for (let i = 0; i < 3; i += 1) ids.unshift((await calls.launch('listed', [model])).body.id)
    await calls.call('POST', `/org/default/runs/${ids[1]}/cancel/`)
    const list = async (query: string) => {
      const { body } = await calls.call('GET', `/org/default/runs/?${query}`)
      return [body.items.map((run: { id: number }) => run.id), body.next_cursor]
    }
    expect(await list('workflow=listed')).toEqual([ids, null])
    expect(await list('workflow=listed&state=canceled')).toEqual([[ids[1]], null])
    expect(await list('workflow=listed&state=queued&limit=1')).toEqual([[ids[0]], String(ids[0])])
    expect(await list(`workflow=listed&state=queued&limit=1&cursor=${ids[0]}`)).toEqual([[ids[2]], null])
    expect(await list('workflow=nothing')).toEqual([[], null])
    // Deleted, and made again under the same slug: both had the slug that their runs are listed under.
    await workflowCalls(app).remove('/listed/')
    expect(await list('workflow=listed')).toEqual([ids, null])
    const { id } = await workflowCalls(app).create({ slug: 'listed' })
    ids.unshift((await calls.launch('listed', [model])).body.id)
    expect(await list('workflow=listed')).toEqual([ids, null])
    expect(await list('workflow=listed&limit=2')).toEqual([ids.slice(0, 2), String(ids[1])])
    expect(await list(`workflow=listed&limit=2&cursor=${ids[1]}`)).toEqual([ids.slice(2), null])
    expect(await list(`workflow=${id}`)).toEqual([ids.slice(0, 1), null])
    const all = await calls.call('GET', '/org/default/runs/?limit=1000')
    expect(all.body.items.length).toBeGreaterThan(8)
    expect((await calls.call('GET', '/org/default/runs/?state=odd')).status).toBe(400)
  })

  it('is launched and canceled by submitters and seen by readers, and each write is audited', async () => {
    const token = async (role: string) =>
      (await app.request('POST', '/api/v1/tokens', { name: role, role })).body.token
    const [reader, submitter] = [await token('reader'), await token('submitter')]
    expect((await calls.launch('bare', [model], { token: reader })).status).toBe(403)
    const { status, body } = await calls.launch('bare', [model], { token: submitter })
    expect(status).toBe(202)
    expect((await calls.call('GET', `/org/default/runs/${body.id}`, undefined, {}, reader)).status).toBe(200)
    expect(
      (await calls.call('POST', `/org/default/runs/${body.id}/cancel`, undefined, {}, reader)).status,
    ).toBe(403)
    await calls.call('POST', `/org/default/runs/${body.id}/cancel`, undefined, {}, submitter)
    const audit = await calls.call('GET', '/audit?limit=2')
    expect(audit.body.items).toMatchObject([
      { action: 'run.cancel', subject: `run ${body.id}` },
      { action: 'run.launch', subject: `run ${body.id}`, details: { workflow: 'bare', version: 1 } },
    ])
  })
})
