import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { Worker } from '../../src/db/queue-worker.ts'
import { type AnalysisApp, startAnalysisApp, startAppWorker } from '../helpers/analysis-app.ts'

let app: AnalysisApp
let worker: Worker
beforeAll(async () => {
  app = await startAnalysisApp()
  worker = await startAppWorker(app, 1_000)
})
afterAll(async () => {
  await worker.stop()
  await app.stop()
})

async function waitingTasks() {
  const { rows } = await app.database.pool.query('select id from graphile_worker._private_jobs')
  return rows.length
}

it('a file is waited for as long as the configuration says, and found by a verification after that', async () => {
  const { id } = await app.create({ a: 'gs://bucket/too-late' })
  expect(await waitingTasks()).toBe(1)
  await vi.waitFor(async () => expect(await waitingTasks()).toBe(0), { timeout: 15_000, interval: 100 })
  app.gs.buckets.put('bucket', 'too-late', 'x')
  await sleep(3_000)
  expect((await app.read(id)).outputs).toEqual({ a: 'gs://bucket/too-late' })
  expect((await app.verify(id)).body.outputs.a).toMatchObject({ valid: true })
  expect(await waitingTasks()).toBe(0)
})

it('a path that no location covers is not waited for', async () => {
  await app.create({ a: { basename: '/nowhere/x' }, b: 's3://bucket/x' })
  expect(await waitingTasks()).toBe(0)
})
