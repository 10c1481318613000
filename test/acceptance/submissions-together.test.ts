import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { weatherFile } from '../helpers/file-contents.ts'
import { aux, model, runCalls, type SentRun, storedFiles, traces } from '../helpers/submissions.ts'
import { startTestApp, type TestApp } from '../helpers/test-app.ts'
import { libraryStep, submitterStep, weatherSlot, workflowCalls } from '../helpers/workflows.ts'

let app: TestApp
let calls: ReturnType<typeof runCalls>
beforeAll(async () => {
  app = await startTestApp()
  calls = runCalls(app)
})
afterAll(() => app.stop())

const weatherName = libraryStep.config.weather_file
const asBytes = { 'content-type': 'application/octet-stream' }
const putLibrary = (name: string, content: string) =>
  calls.call('PUT', `/org/default/library/${encodeURIComponent(name)}`, content, asBytes)
const read = async ({ body }: SentRun) => (await calls.call('GET', `/org/default/runs/${body.id}`)).body

describe('the library files that the steps name', () => {
  beforeAll(async () => {
    const table = { validator: 'fmi', config: { input_data: 'inputs.csv' } }
    await workflowCalls(app).create({
      slug: 'office',
      steps: [
        { validator: 'energyplus', config: { weather_file: `Ｕ${weatherName.slice(1)}` } },
        table,
        libraryStep,
      ],
    })
  })

  it('are pinned by each run as they are when it is launched, each once', async () => {
    const first = await putLibrary(weatherName, weatherFile())
    const before = await calls.launch('office', [model])
    const second = await putLibrary(weatherName, weatherFile({ rows: 48 }))
    await putLibrary('inputs.csv', 'time,load\n0,1\n')
    const after = await calls.launch('office', [model])
    expect([before.status, after.status]).toEqual([202, 202])
    const ofLibrary = (run: SentRun) => run.body.files.slice(1)
    expect(ofLibrary(before)).toEqual([
      {
        file_id: first.body.file_id,
        slot: null,
        role: 'library',
        direction: 'in',
        original_filename: weatherName,
        file_type: 'epw',
        size_bytes: first.body.size_bytes,
        sha256: first.body.sha256,
        uri: first.body.uri,
        gcs_uri: '',
        same_as: null,
        created: before.body.created_at,
      },
    ])
    expect(ofLibrary(after)).toMatchObject([
      { role: 'library', original_filename: weatherName, sha256: second.body.sha256 },
      { role: 'library', original_filename: 'inputs.csv', file_type: 'csv' },
    ])
    expect(await read(before)).toEqual(before.body)
    expect(await read(after)).toEqual(after.body)
  })

  it('know their runs, also when they are gone from the library', async () => {
    const run = await calls.launch('office', [model])
    const [, file] = run.body.files
    await workflowCalls(app).patch('/office', { steps: [] })
    expect((await app.request('DELETE', `/api/v1/org/default/library/${weatherName}`)).status).toBe(204)
    expect((await read(run)).files[1]).toEqual(file)
    const shown = await calls.call('GET', `/files/${file.file_id}`)
    expect(shown.body.uses).toContainEqual(
      expect.objectContaining({
        subject: `run ${run.body.id}`,
        place: `library/${weatherName}`,
        direction: 'in',
      }),
    )
    expect((await calls.launch('office', [model])).body.files).toHaveLength(1)
  })
})

describe('submissions of the same moment', () => {
  const texts = Array.from({ length: 24 }, (_, index) => `Version,${index};`)

  it('each become a run of their own, answered as they are read', async () => {
    const steps = [submitterStep, { validator: 'csv', name: 'tables' }]
    const table = { slug: 'table', label: 'Table', allowed_file_types: ['csv'], required: false }
    await workflowCalls(app).create({ slug: 'busy', steps, auxiliary_file_slots: [weatherSlot, table] })
    const latin = Buffer.from(
      weatherFile({ header: (lines) => [lines[0]?.replace('Chicago', 'Zürich') ?? '', ...lines.slice(1)] }),
      'latin1',
    )
    const sent = await Promise.all(
      texts.map((content, index) =>
        calls.launch('busy', [
          { name: 'file', fileName: `${index}.idf`, content },
          aux(
            'weather_file',
            `${index}.epw`,
            index % 2 === 0 ? latin : weatherFile({ rows: 24 * (index + 1) }),
          ),
          ...(index % 3 === 0 ? [aux('table', 'same.csv', 'a,b\n1,2\n')] : []),
          { name: 'metadata', content: JSON.stringify({ index }) },
        ]),
      ),
    )
    expect(sent.map(({ status }) => status)).toEqual(texts.map(() => 202))
    expect(new Set(sent.map(({ body }) => body.id)).size).toBe(texts.length)
    for (const [index, run] of sent.entries()) {
      expect(run.body.metadata).toEqual({ index })
      expect(
        run.body.files.map((file: { role: string; original_filename: string }) => file.original_filename),
      ).toEqual([`${index}.idf`, `${index}.epw`, ...(index % 3 === 0 ? ['same.csv'] : [])])
      expect(run.body.findings).toHaveLength(index % 2 === 0 ? 1 : 0)
      expect(await read(run)).toEqual(run.body)
    }
  })

  it('share their statements', async () => {
    await workflowCalls(app).create({ slug: 'bare' })
    const count = async (work: () => Promise<unknown>) => {
      const before = app.database.statementCount()
      await work()
      return app.database.statementCount() - before
    }
    const launch = (content: string) => calls.launch('bare', [{ name: 'file', fileName: 'a.idf', content }])
    const one = await count(() => launch('Version,99;'))
    const all = await count(() => Promise.all(texts.map((text) => launch(`${text} again`))))
    expect(one).toBeLessThanOrEqual(13)
    expect(all).toBeLessThan((texts.length * one * 2) / 3)
  })

  it('leave nothing of one that is refused, and take the others', async () => {
    const before = await traces(app)
    const answers = await Promise.all(
      texts.map((text, index) =>
        calls.launch('bare', [{ ...model, content: index === 7 ? '' : `${text} more` }]),
      ),
    )
    expect(answers.map(({ status }) => status)).toEqual(texts.map((_, index) => (index === 7 ? 422 : 202)))
    expect(await traces(app)).not.toEqual(before)
    const paths = answers.flatMap(
      ({ body }) => body.files?.map(({ uri }: { uri: string }) => uri.slice(app.store.length + 1)) ?? [],
    )
    expect(await storedFiles(app)).toEqual(expect.arrayContaining(paths))
  })
})
