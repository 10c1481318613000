import { afterAll, beforeAll, expect, it } from 'vitest'
import { weatherFile } from '../helpers/file-contents.ts'
import { type GsServer, startGsServer } from '../helpers/gs-server.ts'
import { aux, model, runCalls } from '../helpers/submissions.ts'
import { startTestApp, type TestApp } from '../helpers/test-app.ts'
import { submitterStep, weatherSlot, workflowCalls } from '../helpers/workflows.ts'

let gs: GsServer
let app: TestApp
let calls: ReturnType<typeof runCalls>
beforeAll(async () => {
  gs = await startGsServer()
  process.env.STORAGE_EMULATOR_HOST = gs.url
  gs.buckets.make('private')
  app = await startTestApp({ storeRoot: 'gs://private/waybill' })
  calls = runCalls(app)
  await workflowCalls(app).create({
    slug: 'energy',
    auxiliary_file_slots: [weatherSlot],
    steps: [submitterStep],
  })
})
afterAll(async () => {
  await app.stop()
  await gs.close()
})

const objects = () => [...gs.buckets.names('private')]

const parts = (rows: number) => [model, aux('weather_file', 'chicago.epw', weatherFile({ rows }))]

it('submissions lie in the private bucket, and a copy of an earlier file is a file of its own', async () => {
  const first = await calls.launch('energy', parts(8760))
  expect(first.status, JSON.stringify(first.body)).toBe(202)
  const second = await calls.launch('energy', parts(8760))
  const pathsOf = (run: number) => [
    `waybill/submissions/1/${run}/aux/weather_file/chicago.epw`,
    `waybill/submissions/1/${run}/primary/payload.json`,
  ]
  expect(objects()).toEqual([...pathsOf(first.body.id), ...pathsOf(second.body.id)])
  const [, weather] = second.body.files
  expect(weather.same_as).toBe(first.body.files[1].file_id)
  expect(weather.gcs_uri).toBe(`gs://private/${pathsOf(second.body.id)[0]}`)
  expect(weather.uri).toBe(weather.gcs_uri)
  const ledger = await calls.call('GET', `/files/${weather.file_id}`)
  expect(ledger.body).toMatchObject({ state: 'verified', size: weather.size_bytes })
})

it('a refused submission, a bucket that fails and one that refuses to move leave no object', async () => {
  const before = objects()
  const refused = await calls.launch('energy', parts(8761))
  expect(refused.status).toBe(422)
  expect(objects()).toEqual(before)
  // What is small is uploaded to its place; what is large is moved there.
  for (const [only, rows] of [
    ['POST /upload', 24],
    ['POST /upload', 2400],
    ['/rewriteTo/', 2400],
  ] as const) {
    gs.fail({ bucket: 'private', action: 'refuse', only, times: 1 })
    const answer = await calls.launch('energy', parts(rows))
    expect([answer.status, answer.body.code], only).toEqual([503, 'unavailable'])
    expect(objects(), only).toEqual(before)
  }
  expect((await calls.launch('energy', parts(24))).status).toBe(202)
})
