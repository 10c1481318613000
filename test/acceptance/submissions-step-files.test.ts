import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { weatherFile } from '../helpers/file-contents.ts'
import { aux, model, runCalls, type SentPart, traces } from '../helpers/submissions.ts'
import { startTestApp, type TestApp } from '../helpers/test-app.ts'
import { workflowCalls } from '../helpers/workflows.ts'

let app: TestApp
let calls: ReturnType<typeof runCalls>
let workflows: ReturnType<typeof workflowCalls>
beforeAll(async () => {
  app = await startTestApp()
  calls = runCalls(app)
  workflows = workflowCalls(app)
})
afterAll(() => app.stop())

const weather = aux('w', 'a.epw', weatherFile())
const table = aux('w', 'a.csv', 'a,b\n1,2\n')
const slot = { slug: 'w', label: 'w', allowed_file_types: ['epw', 'csv'], required: false }
const bySlot = (validator: string, role: string) => ({
  validator,
  config: { [`${role}_source`]: 'submitter', [`${role}_slot`]: 'w' },
})
const simulation = bySlot('energyplus', 'weather_file')
const series = bySlot('fmi', 'input_data')
const fromLibrary = (weather_file: string) => ({ validator: 'energyplus', config: { weather_file } })
const missing = 'Submission missing required weather file'

async function expectRefused(workflow: string, sent: SentPart[], error: string, details: object[]) {
  const before = await traces(app)
  const answer = await calls.launch(workflow, sent)
  expect([answer.status, answer.body]).toEqual([422, { error, code: 'invalid', details }])
  expect((await calls.check(workflow, sent)).body).toEqual({ acceptable: false, details })
  expect(await traces(app)).toEqual(before)
}

describe('a file that its slot takes and its step cannot read', () => {
  const message = '"a.csv" is a CSV file; the step "EnergyPlus" takes EPW files from this slot'

  it('is refused', async () => {
    await workflows.create({ slug: 'wide', auxiliary_file_slots: [slot], steps: [simulation] })
    await expectRefused('wide', [model, table], `aux_w ${message}`, [{ field: 'aux_w', message }])
    expect((await calls.launch('wide', [model, weather])).status).toBe(202)
  })

  it('is told once, however many steps take it', async () => {
    const steps = Array.from({ length: 100 }, () => simulation)
    await workflows.create({ slug: 'wide-often', auxiliary_file_slots: [slot], steps })
    await expectRefused('wide-often', [model, table], `aux_w ${message}`, [{ field: 'aux_w', message }])
  })

  it('is refused also where the step could do without', async () => {
    await workflows.create({
      slug: 'optional',
      auxiliary_file_slots: [slot],
      steps: [{ ...series, name: 'Series' }],
    })
    const words = '"a.epw" is an EPW file; the step "Series" takes CSV files from this slot'
    await expectRefused('optional', [model, weather], `aux_w ${words}`, [{ field: 'aux_w', message: words }])
    expect((await calls.launch('optional', [model, table])).status).toBe(202)
    expect((await calls.launch('optional', [model])).status).toBe(202)
  })

  it('is told also where it is too large', async () => {
    await workflows.create({
      slug: 'wide-small',
      auxiliary_file_slots: [{ ...slot, max_size_bytes: 5 }],
      steps: [simulation],
    })
    const { status, body } = await calls.launch('wide-small', [table, model])
    expect([status, body.details]).toEqual([
      413,
      [
        { field: 'aux_w', message: "is over the slot's limit of 5 bytes" },
        { field: 'aux_w', message },
      ],
    ])
  })

  it('is told beside what is wrong with its content, and with other parts', async () => {
    const ragged = aux('w', 'a.csv', 'a,b\n1,2,3\n')
    const { body } = await calls.launch('wide', [ragged, { name: 'metadata', content: '[]' }, model])
    const found = body.details.map((one: { field: string; message: string }) => [one.field, one.message])
    expect(found).toEqual([
      ['aux_w', expect.stringContaining('line 2 has 3 columns')],
      ['metadata', expect.any(String)],
      ['aux_w', message],
    ])
  })
})

describe('a library file that a step names', () => {
  const field = 'steps[0].config.weather_file'

  it('and cannot read is refused', async () => {
    await calls.call('PUT', '/org/default/library/schema.json', '{}', {
      'content-type': 'application/octet-stream',
    })
    await workflows.create({
      slug: 'wrong-type',
      steps: [fromLibrary('schema.json'), fromLibrary('schema.json')],
    })
    const message =
      'names the library file "schema.json", which is a JSON file; the step "EnergyPlus" takes EPW files: the author of the workflow has to name another'
    await expectRefused('wrong-type', [model], `${field} ${message}`, [{ field, message }])
  })

  it('and that is not there is for the author to mend, and told once', async () => {
    await workflows.create({
      slug: 'gone',
      steps: Array.from({ length: 100 }, (_, index) => fromLibrary(index === 99 ? 'b.epw' : 'chicago.epw')),
    })
    const message = (name: string) =>
      `The library has no file '${name}'; the author of the workflow has to upload it or name another`
    await expectRefused('gone', [model], missing, [
      { field, message: message('chicago.epw') },
      { field: 'steps[99].config.weather_file', message: message('b.epw') },
    ])
  })

  it('but does not say which is for the author to mend, and told once', async () => {
    const step = { validator: 'energyplus', name: 'Simulation' }
    await workflows.create({ slug: 'unnamed', steps: [step, step] })
    await expectRefused('unnamed', [model], missing, [
      {
        field,
        message:
          'The step "Simulation" names no weather file; the author of the workflow has to name one of the library',
      },
    ])
  })

  it('is told beside a part that is over its limit', async () => {
    const { status, body } = await calls.launch('gone', [
      { name: 'name', content: 'x'.repeat(65_537) },
      model,
    ])
    expect([status, body.details.length]).toEqual([413, 3])
  })
})
