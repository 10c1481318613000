import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ServedCli, serveCli } from '../helpers/cli.ts'

let served: ServedCli
beforeAll(async () => {
  served = await serveCli()
})
afterAll(() => served.stop())

const run = (...args: string[]) => served.run(['workflow', ...args])
const create = (body: object, ...args: string[]) =>
  served.run(['workflow', 'create', '--from', '-', ...args], { input: JSON.stringify(body) })

const weather = { slug: 'weather_file', label: 'Weather File (EPW)', allowed_file_types: ['epw'] }
const step = { validator: 'energyplus', config: { weather_file_source: 'submitter' } }
const missingSlot =
  "This step requires submitters to provide a weather file, but the workflow has no 'weather_file' auxiliary file slot configured."

it('a workflow is made from a file, once for a key, and shown', async () => {
  const body = { name: 'Energy Check', auxiliary_file_slots: [weather], steps: [step] }
  const ran = await create(body, '--idempotency-key', 'one')
  expect(ran).toMatchObject({ code: 0, err: '' })
  expect(ran.out).toMatch(/^slug +energy-check$/m)
  expect(ran.out).toMatch(/^weather_file +epw +10\.0 MB +yes +Weather File \(EPW\)$/m)
  expect(ran.out).toMatch(/^ +0 +energyplus +EnergyPlus +\{"weather_file_source":"submitter"\}$/m)
  expect((await create(body, '--idempotency-key', 'one')).out).toBe(ran.out)
  expect((await run('show', 'energy-check')).out).toBe(ran.out)
  expect(JSON.parse((await run('show', 'energy-check', '--json')).out)).toMatchObject({ warnings: [] })
  expect(await run('check', 'energy-check')).toMatchObject({ code: 0, out: 'No warnings\n' })
})

it('what cannot work is told, and check ends with 1', async () => {
  const made = await create({ name: 'Without', slug: 'without', steps: [step] })
  expect(made.out).toContain(missingSlot)
  const ran = await run('check', 'without')
  expect(ran.code).toBe(1)
  expect(ran.out).toContain(missingSlot)
  expect(ran.out).toMatch(/^1 warning in 1 of 1 step$/m)
  expect(JSON.parse((await run('check', 'without', '--json')).out)).toMatchObject({ ok: false })
  const list = await run('list')
  expect(list.out).toMatch(/^ *\d+ +without +1 +- +energyplus +1 +Without$/m)
})

it('faults and unknown workflows are told with their exit codes', async () => {
  expect(await create({ steps: [{ validator: 'nothing' }] })).toMatchObject({
    code: 2,
    err: expect.stringContaining('steps[0].validator'),
  })
  expect((await run('show', 'nowhere')).code).toBe(5)
  expect((await run('create', '--from', '/nowhere.json')).code).toBe(2)
})
