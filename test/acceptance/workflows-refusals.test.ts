import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../helpers/test-app.ts'
import { libraryStep, workflowCalls } from '../helpers/workflows.ts'

let app: TestApp
let workflows: ReturnType<typeof workflowCalls>
beforeAll(async () => {
  app = await startTestApp()
  workflows = workflowCalls(app)
})
afterAll(() => app.stop())

const slot = (slug: string, more: object = {}) => ({
  slug,
  label: slug,
  allowed_file_types: ['csv'],
  ...more,
})

describe('what is wrong', () => {
  it('of a whole definition is told at once, each with its place', async () => {
    const answer = await workflows.post('/', {
      name: ' ',
      slug: '2024',
      auxiliary_file_slots: [
        slot('a', { allowed_file_types: ['csv', '.EXE'] }),
        slot('a', { label: 'two\nlines', max_size_bytes: 20_000_000 }),
      ],
      steps: [
        {
          validator: 'energyplus',
          config: { weather_file_source: 'both', weather_file: 7, weather_file_slot: '' },
        },
        { validator: 'fortran' },
      ],
    })
    expect(answer.status).toBe(422)
    expect(answer.body.details.map(({ field }: { field: string }) => field)).toEqual([
      'slug',
      'name',
      'auxiliary_file_slots[1].slug',
      'auxiliary_file_slots[0].allowed_file_types[1]',
      'auxiliary_file_slots[1].label',
      'auxiliary_file_slots[1].max_size_bytes',
      'steps[0].config.weather_file_source',
      'steps[0].config.weather_file',
      'steps[0].config.weather_file_slot',
      'steps[1].validator',
    ])
    const messages = answer.body.details.map(({ message }: { message: string }) => message)
    expect(messages[3]).toBe(
      '"exe" is no type of an auxiliary file; there are epw, csv, json, xml, xsd, rng, dtd',
    )
    expect(messages[2]).toBe('"a" is the slug of slot 0 too; give another')
    expect(messages[9]).toBe(
      'there is no validator "fortran"; there are energyplus, fmi, xml, json-schema, csv, command',
    )
  })

  it('of its form comes in the same answer', async () => {
    const answer = await workflows.post('/', {
      auxiliary_file_slots: [
        { slug: 'a b', label: 'x'.repeat(101), allowed_file_types: [], order: -1, colour: 'red' },
        {
          slug: 'x'.repeat(51),
          allowed_file_types: ['x'.repeat(21), 'exe'],
          max_size_bytes: 0,
          required: 'yes',
        },
      ],
      steps: [{ config: [] }, { validator: 'csv', index: 0 }, { validator: 'fortran' }],
      version: 7,
    })
    expect(answer.status).toBe(422)
    expect(answer.body.details).toEqual(
      expect.arrayContaining([
        { field: 'name', message: 'is required' },
        { field: 'version', message: 'is not a field of this request' },
        {
          field: 'auxiliary_file_slots[0].slug',
          message: 'must be 1 to 50 letters, digits, hyphens and underscores, not "a b"',
        },
        { field: 'auxiliary_file_slots[0].label', message: 'must have at most 100 characters, not 101' },
        { field: 'auxiliary_file_slots[0].allowed_file_types', message: 'must not be empty' },
        { field: 'auxiliary_file_slots[0].order', message: 'must be at least 0, not -1' },
        { field: 'auxiliary_file_slots[0].colour', message: 'is not a field of this request' },
        { field: 'auxiliary_file_slots[1].label', message: 'is required' },
        { field: 'auxiliary_file_slots[1].max_size_bytes', message: 'must be at least 1, not 0' },
        { field: 'auxiliary_file_slots[1].required', message: 'must be true or false, not "yes"' },
        { field: 'steps[0].validator', message: 'is required' },
        { field: 'steps[0].config', message: 'must be an object, not a list' },
        { field: 'steps[1].index', message: 'is not a field of this request' },
        { field: 'steps[2].validator', message: expect.stringMatching(/^there is no validator "fortran"/) },
        {
          field: 'auxiliary_file_slots[1].allowed_file_types[1]',
          message: expect.stringMatching(/^"exe" is no/),
        },
      ]),
    )
    expect(answer.body.details).toHaveLength(17)
  })

  it('of one slot or step has its place in that', async () => {
    await workflows.create({ slug: 'strict', steps: [libraryStep], auxiliary_file_slots: [slot('a')] })
    const before = (await workflows.get('/strict/')).body
    const fieldsOf = ({ status, body }: Awaited<ReturnType<typeof workflows.get>>) => {
      expect(status).toBe(422)
      return body.details.map(({ field }: { field: string }) => field)
    }
    expect(
      fieldsOf(await workflows.post('/strict/slots/', slot('b', { allowed_file_types: ['so'] }))),
    ).toEqual(['allowed_file_types[0]'])
    expect(fieldsOf(await workflows.patch('/strict/slots/a/', { label: ' ' }))).toEqual(['label'])
    const config = { weather_file_source: null }
    expect(fieldsOf(await workflows.post('/strict/steps/', { validator: 'energyplus', config }))).toEqual([
      'config.weather_file_source',
    ])
    expect(fieldsOf(await workflows.patch('/strict/steps/0/', { config }))).toEqual([
      'config.weather_file_source',
    ])
    expect(fieldsOf(await workflows.patch('/strict/steps/0/', { validator: 'none' }))).toEqual(['validator'])
    expect(
      fieldsOf(await workflows.patch('/strict/', { steps: [{ validator: 'energyplus', config }] })),
    ).toEqual(['steps[0].config.weather_file_source'])
    expect((await workflows.get('/strict/')).body).toEqual(before)
  })
})
