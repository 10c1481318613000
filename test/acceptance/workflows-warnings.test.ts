import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { weatherFile } from '../helpers/file-contents.ts'
import { startTestApp, type TestApp } from '../helpers/test-app.ts'
import { libraryStep, submitterStep, weatherSlot, workflowCalls } from '../helpers/workflows.ts'

let app: TestApp
let workflows: ReturnType<typeof workflowCalls>
beforeAll(async () => {
  app = await startTestApp()
  workflows = workflowCalls(app)
})
afterAll(() => app.stop())

const missing = {
  step: 0,
  slot: 'weather_file',
  code: 'slot_missing',
  message:
    "This step requires submitters to provide a weather file, but the workflow has no 'weather_file' auxiliary file slot configured.",
}
const mismatch = {
  step: 0,
  slot: 'weather_file',
  code: 'slot_type_mismatch',
  message: "The 'weather_file' slot does not allow EPW files.",
}

describe('an EnergyPlus step whose weather file submitters provide', () => {
  it('is warned of in the words of the requirement, by every write and by the check', async () => {
    const made = await workflows.create({ slug: 'adr', steps: [submitterStep] })
    expect(made.warnings).toEqual([missing])
    expect((await workflows.get('/adr/check/')).body).toEqual({
      ok: false,
      warnings: [missing],
      summary: '1 warning in 1 of 1 step',
    })
    const added = await workflows.post('/adr/slots/', {
      ...weatherSlot,
      allowed_file_types: ['csv'],
      max_size_bytes: 1,
    })
    expect(added.body.warnings).toEqual([mismatch])
    const step = await workflows.post('/adr/steps/', { validator: 'csv' })
    expect(step.body.warnings).toEqual([mismatch])
    expect((await workflows.patch('/adr/', { name: 'Renamed' })).body.warnings).toEqual([mismatch])
    const mended = await workflows.patch('/adr/slots/weather_file/', { allowed_file_types: ['epw'] })
    expect(mended.body.warnings).toEqual([])
    expect((await workflows.get('/adr/check/')).body).toEqual({
      ok: true,
      warnings: [],
      summary: 'No warnings',
    })
  })

  it('never stands in the way of saving: an author may declare slots before or after', async () => {
    const made = await workflows.create({ slug: 'slot-first', auxiliary_file_slots: [weatherSlot] })
    expect(made.warnings).toEqual([
      {
        step: null,
        slot: 'weather_file',
        code: 'slot_unused',
        message: "No step uses the 'weather_file' slot.",
      },
    ])
    expect((await workflows.get('/slot-first/check/')).body.summary).toBe('1 warning in 1 of 1 slot')
    expect((await workflows.post('/slot-first/steps/', submitterStep)).body.warnings).toEqual([])
  })

  it('is summed up over all steps and slots', async () => {
    await workflows.create({
      slug: 'summed',
      auxiliary_file_slots: [
        { ...weatherSlot, allowed_file_types: ['json'], max_size_bytes: 1, required: false },
        { slug: 'idle', label: 'Idle', allowed_file_types: ['csv'] },
      ],
      steps: [{ validator: 'csv' }, submitterStep, { validator: 'xml' }],
    })
    const { body } = await workflows.get('/summed/check/')
    expect(body.warnings.map(({ step, slot, code }: typeof missing) => [step, slot, code])).toEqual([
      [1, 'weather_file', 'slot_type_mismatch'],
      [1, 'weather_file', 'slot_optional'],
      [null, 'idle', 'slot_unused'],
    ])
    expect(body.summary).toBe('3 warnings in 1 of 3 steps and 1 of 2 slots')
    await workflows.remove('/summed/slots/idle/')
    expect((await workflows.get('/summed/check/')).body.summary).toBe('2 warnings in 1 of 3 steps')
  })
})

describe('a workflow with a pre-configured weather file', () => {
  it('goes on working without a word of where the file comes from', async () => {
    const { status } = await app.request(
      'PUT',
      `/api/v1/org/default/library/${libraryStep.config.weather_file}`,
      weatherFile(),
      app.ownerToken,
      { 'content-type': 'application/octet-stream' },
    )
    expect(status).toBe(201)
    const made = await workflows.create({ slug: 'fixed-site', steps: [libraryStep] })
    expect([made.warnings, made.auxiliary_file_slots, made.steps[0].config]).toEqual([
      [],
      [],
      libraryStep.config,
    ])
    expect((await workflows.get('/fixed-site/check/')).body.ok).toBe(true)
  })

  it('is switched to the submitter’s with one PATCH, and back with another', async () => {
    const was = await workflows.create({ slug: 'switched', steps: [libraryStep] })
    const switched = await workflows.patch('/switched/', {
      auxiliary_file_slots: [weatherSlot],
      steps: [{ ...libraryStep, config: { ...libraryStep.config, ...submitterStep.config } }],
    })
    expect(switched.body).toMatchObject({ version: 2, warnings: [] })
    const back = await workflows.patch('/switched/', { auxiliary_file_slots: [], steps: [libraryStep] })
    expect(back.body).toEqual({ ...was, version: 3, updated_at: expect.any(String) })
  })

  it('is switched by its step alone, which is told of the slot that is to come', async () => {
    await workflows.create({ slug: 'by-step', steps: [libraryStep] })
    const switched = await workflows.patch('/by-step/steps/0/', { config: submitterStep.config })
    expect(switched.body.warnings).toEqual([missing])
    expect((await workflows.post('/by-step/slots/', weatherSlot)).body.warnings).toEqual([])
  })
})

describe('a library that is known', () => {
  it('has its missing files told, asked for once for a whole list', async () => {
    const put = await app.request('PUT', '/api/v1/org/default/library/there.json', {})
    expect(put.status).toBe(201)
    const unknown = { validator: 'energyplus', config: { weather_file: 'nowhere.epw' } }
    const other = { validator: 'json-schema', config: { schema: 'there.json' } }
    const { id } = await workflows.create({ slug: 'library', steps: [unknown, other] })
    const warning = {
      step: 0,
      slot: null,
      code: 'library_file_unknown',
      message: "The library has no file 'nowhere.epw'.",
    }
    expect((await workflows.get('/library/')).body.warnings).toEqual([warning])
    const listing = async () => {
      const before = app.database.statementCount()
      const { body } = await workflows.get('/?limit=1000')
      return { items: body.items, statements: app.database.statementCount() - before }
    }
    const { items, statements } = await listing()
    expect(items.find((item: { id: number }) => item.id === id).warnings).toEqual([warning])
    await workflows.create({ slug: 'library-too', steps: [unknown, other] })
    expect((await listing()).statements).toBe(statements)
  })
})
