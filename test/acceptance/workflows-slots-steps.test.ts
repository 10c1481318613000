import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../helpers/test-app.ts'
import { submitterStep, weatherSlot, workflowCalls } from '../helpers/workflows.ts'

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
const slugsOf = (slots: { slug: string }[]) => slots.map(({ slug }) => slug)
const namesOf = (steps: { index: number; name: string }[]) => steps.map(({ index, name }) => [index, name])

describe('a slot', () => {
  it('is added, read, changed and deleted, each write with the warnings of the workflow as it then is', async () => {
    await workflows.create({ slug: 'one-slot', steps: [submitterStep] })
    const shown = { ...weatherSlot, description: '', order: 0 }
    const added = await workflows.post('/one-slot/slots/', weatherSlot)
    expect([added.status, added.body]).toEqual([201, { ...shown, warnings: [] }])
    expect(added.headers.location).toBe('/api/v1/org/default/workflows/one-slot/slots/weather_file')
    expect((await workflows.get('/one-slot/slots/weather_file/')).body).toEqual(shown)
    const changed = await workflows.patch('/one-slot/slots/weather_file/', {
      description: 'Where the building stands',
      allowed_file_types: ['CSV'],
      max_size_bytes: 1000,
    })
    expect([changed.status, changed.body]).toEqual([
      200,
      {
        ...shown,
        description: 'Where the building stands',
        allowed_file_types: ['csv'],
        max_size_bytes: 1000,
        warnings: [expect.objectContaining({ step: 0, code: 'slot_type_mismatch' })],
      },
    ])
    const deleted = await workflows.remove('/one-slot/slots/weather_file/')
    expect([deleted.status, deleted.body]).toEqual([
      200,
      { ...changed.body, warnings: [expect.objectContaining({ code: 'slot_missing' })] },
    ])
    expect((await workflows.get('/one-slot/')).body).toMatchObject({ version: 4, auxiliary_file_slots: [] })
  })

  it('takes a slug of its own: 409 where the workflow has it already', async () => {
    await workflows.create({ slug: 'clash', auxiliary_file_slots: [slot('a'), slot('b')] })
    for (const answer of [
      await workflows.post('/clash/slots/', slot('a')),
      await workflows.patch('/clash/slots/b/', { slug: 'a' }),
    ]) {
      expect([answer.status, answer.body.error]).toEqual([409, 'The workflow has a slot "a" already'])
    }
    const renamed = await workflows.patch('/clash/slots/b/', { slug: 'A' })
    expect(renamed.body.slug).toBe('A')
    const kept = await workflows.patch('/clash/slots/a/', { slug: 'a', label: 'Kept' })
    expect(kept.body.label).toBe('Kept')
  })

  it('is one of three at most: 422 for a fourth, however it comes', async () => {
    const slots = [slot('a'), slot('b'), slot('c')]
    await workflows.create({ slug: 'full', auxiliary_file_slots: slots })
    const fourth = await workflows.post('/full/slots/', slot('d'))
    expect([fourth.status, fourth.body.error]).toEqual([422, 'The workflow has 3 slots, and 3 is the most'])
    for (const answer of [
      await workflows.post('/', { name: 'Four', auxiliary_file_slots: [...slots, slot('d')] }),
      await workflows.patch('/full/', { auxiliary_file_slots: [...slots, slot('d')] }),
    ]) {
      expect(answer.status).toBe(422)
      expect(answer.body.details).toEqual([
        { field: 'auxiliary_file_slots', message: 'must have at most 3 items, not 4' },
      ])
    }
  })

  it('comes by its order, and where that is the same as it was given', async () => {
    await workflows.create({
      slug: 'sorted',
      auxiliary_file_slots: [slot('z', { order: 1 }), slot('m'), slot('a', { order: 1 })],
    })
    expect(slugsOf((await workflows.get('/sorted/')).body.auxiliary_file_slots)).toEqual(['m', 'z', 'a'])
    await workflows.patch('/sorted/slots/m/', { order: 1 })
    const page = (await workflows.get('/sorted/slots/')).body
    expect([slugsOf(page.items), page.next_cursor]).toEqual([['z', 'm', 'a'], null])
    const first = (await workflows.get('/sorted/slots/?limit=2')).body
    const rest = (await workflows.get(`/sorted/slots/?limit=2&cursor=${first.next_cursor}`)).body
    expect(slugsOf([...first.items, ...rest.items])).toEqual(['z', 'm', 'a'])
  })

  it('may hold no more than the largest limit of its types', async () => {
    const mb = 1_048_576
    await workflows.create({ slug: 'limits' })
    const sized = (types: string[], size: number) =>
      workflows.post('/limits/slots/', slot('s', { allowed_file_types: types, max_size_bytes: size }))
    const over = await sized(['csv', 'json'], 10 * mb + 1)
    expect([over.status, over.body.details]).toEqual([
      422,
      [
        {
          field: 'max_size_bytes',
          message: 'must be at most 10 MB (10,485,760 bytes), the limit of csv or json, not 10,485,761 bytes',
        },
      ],
    ])
    expect((await sized(['csv', 'epw'], 20 * mb + 1)).status).toBe(422)
    expect((await sized(['csv', 'epw'], 20 * mb)).status).toBe(201)
    const narrowed = await workflows.patch('/limits/slots/s/', { allowed_file_types: ['csv'] })
    expect(narrowed.body.details).toMatchObject([{ field: 'max_size_bytes' }])
    expect((await workflows.get('/limits/slots/s/')).body.allowed_file_types).toEqual(['csv', 'epw'])
  })

  it('is found by nothing but its slug', async () => {
    await workflows.create({ slug: 'few' })
    for (const answer of [
      await workflows.get('/few/slots/none/'),
      await workflows.patch('/few/slots/none/', { order: 1 }),
      await workflows.remove('/few/slots/none/'),
      await workflows.get('/few/slots/%00/'),
    ]) {
      expect([answer.status, answer.body.error]).toEqual([404, 'Slot not found'])
    }
  })
})

describe('a step', () => {
  it('is added at the end, read, changed and deleted, and those after it move up', async () => {
    await workflows.create({ slug: 'steps', auxiliary_file_slots: [weatherSlot] })
    for (const name of ['a', 'b', 'c']) {
      const added = await workflows.post('/steps/steps/', { ...submitterStep, name })
      expect(added.status).toBe(201)
      const { index } = added.body
      expect(added.headers.location).toBe(`/api/v1/org/default/workflows/steps/steps/${index}`)
      expect((await workflows.get(`/steps/steps/${index}/`)).body).toEqual({
        index,
        name,
        validator: 'energyplus',
        config: submitterStep.config,
      })
    }
    const deleted = await workflows.remove('/steps/steps/1/')
    expect([deleted.status, deleted.body]).toMatchObject([200, { index: 1, name: 'b', warnings: [] }])
    const page = (await workflows.get('/steps/steps/')).body
    expect([namesOf(page.items), page.next_cursor]).toEqual([
      [
        [0, 'a'],
        [1, 'c'],
      ],
      null,
    ])
    const changed = await workflows.patch('/steps/steps/1/', { name: 'd', config: { mine: true } })
    expect(changed.body).toMatchObject({
      index: 1,
      name: 'd',
      validator: 'energyplus',
      config: { mine: true },
      warnings: [{ step: 1, code: 'library_file_not_named' }],
    })
    expect((await workflows.get('/steps/')).body).toMatchObject({
      version: 6,
      steps: [page.items[0], { name: 'd' }],
    })
  })

  it('takes the title of another validator for its name, unless it was given one', async () => {
    await workflows.create({
      slug: 'named',
      steps: [{ validator: 'csv' }, { validator: 'csv', name: 'Mine' }],
    })
    const names = []
    for (const [index, patch] of [
      [0, { validator: 'xml' }],
      [0, { validator: 'XML', config: {} }],
      [0, { validator: 'csv', name: 'XML' }],
      [1, { validator: 'xml' }],
    ] as const) {
      names.push((await workflows.patch(`/named/steps/${index}/`, patch)).body.name)
    }
    expect(names).toEqual(['XML', 'XML', 'XML', 'Mine'])
  })

  it('pages', async () => {
    const steps = Array.from({ length: 60 }, (_, index) => ({ validator: 'csv', name: `step ${index}` }))
    await workflows.create({ slug: 'many', steps })
    const first = (await workflows.get('/many/steps/')).body
    const rest = (await workflows.get(`/many/steps/?cursor=${first.next_cursor}`)).body
    expect([first.items.length, rest.items.length, rest.next_cursor]).toEqual([50, 10, null])
    expect(rest.items.at(-1)).toEqual({ index: 59, name: 'step 59', validator: 'csv', config: {} })
  })

  it.each(['0', '7', '-1', '1.5', 'x', '99999999999'])(
    '%s is not found where there is none',
    async (index) => {
      if ((await workflows.get('/stepless/')).status === 404) await workflows.create({ slug: 'stepless' })
      for (const answer of [
        await workflows.get(`/stepless/steps/${index}/`),
        await workflows.patch(`/stepless/steps/${index}/`, { name: 'x' }),
        await workflows.remove(`/stepless/steps/${index}/`),
      ]) {
        expect([answer.status, answer.body.error]).toEqual([404, 'Step not found'])
      }
    },
  )

  it('keeps its config in the order of the author, and anything in it that is no role’s', async () => {
    const config = { z: 1, a: { y: [null, true, 1.5], b: 'ü' }, weather_file: 'x.epw', k: '' }
    const made = await workflows.create({ steps: [{ validator: 'energyplus', config }] })
    expect(JSON.stringify(made.steps[0].config)).toBe(JSON.stringify(config))
  })
})
