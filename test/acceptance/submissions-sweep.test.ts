import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createServerLog } from '../../src/server/server-log.ts'
import { createLocalStore } from '../../src/storage/local-store.ts'
import type { Store } from '../../src/storage/store.ts'
import { abandonSubmission, storeSubmission } from '../../src/workflows/stored-submission.ts'
import { redeemIntent } from '../../src/workflows/submission-intent.repository.ts'
import { startSubmissionSweeper, sweepSubmissions } from '../../src/workflows/submission-sweeper.ts'
import { model, runCalls, storedFiles, traces } from '../helpers/submissions.ts'
import { startTestApp, type TestApp } from '../helpers/test-app.ts'
import { workflowCalls } from '../helpers/workflows.ts'

let app: TestApp
let store: Store
const lines: string[] = []
const log = createServerLog('info', { write: (line) => void lines.push(line) })
beforeAll(async () => {
  app = await startTestApp()
  store = createLocalStore(app.store, { log })
  await workflowCalls(app).create({ slug: 'bare' })
})
afterAll(() => app.stop())

const deps = () => ({ db: app.database.db, store, log })
const soon = () => new Date(Date.now() + 60_000)
const temporary = async () => (await store.writeTemporary(Readable.from([Buffer.from('left behind')]))).path

/** As a server that dies right after the bytes are in place. */
const storeOne = async () =>
  await storeSubmission(deps(), 1, [
    { name: 'primary/a.idf', temporaryPath: await temporary(), sameAs: null },
  ])

it('what a death left behind is removed and told, and what runs name stays', async () => {
  const { body: run } = await runCalls(app).launch('bare', [model])
  const before = await traces(app)
  const { intent } = await storeOne()
  const left = await temporary()
  expect(await storedFiles(app)).toHaveLength(3)
  await sweepSubmissions(deps(), new Date(Date.now() - 60_000))
  expect(await storedFiles(app)).toHaveLength(3)
  await sweepSubmissions(deps(), soon())
  expect(await traces(app)).toEqual(before)
  expect(await storedFiles(app)).toEqual([`submissions/1/${run.id}/primary/payload.json`])
  const told = lines.filter((line) => line.includes('Removed'))
  expect(told.join('')).toContain(intent.paths[0])
  expect(told.join('')).toContain(left)
  expect(told).toHaveLength(2)
})

it('a submission that was given up meanwhile can no longer become a run', async () => {
  const { intent } = await storeOne()
  await sweepSubmissions(deps(), soon())
  expect(await app.database.db.transaction().execute((trx) => redeemIntent(trx, intent))).toBe(false)
})

it('a submission that became a run after all is not taken back', async () => {
  const { intent, stored } = await storeOne()
  await app.database.db.transaction().execute(async (trx) => {
    expect(await redeemIntent(trx, intent)).toBe(true)
  })
  await abandonSubmission(deps(), intent)
  const name = stored[0]?.path.slice(app.store.length + 1)
  expect(await storedFiles(app)).toContain(name)
  await store.delete(stored[0]?.path ?? '')
})

it('a file that cannot be moved takes the whole submission back', async () => {
  const before = await traces(app)
  const files = [
    { name: 'primary/a.idf', temporaryPath: await temporary(), sameAs: null },
    { name: 'aux/w/b.epw', temporaryPath: join(app.store, '.waybill-tmp', 'swept'), sameAs: null },
  ]
  await expect(storeSubmission(deps(), 1, files)).rejects.toMatchObject({ code: 'unavailable' })
  expect(await traces(app)).toEqual(before)
})

it('what lies at a path that was drawn again is neither overwritten nor deleted', async () => {
  const { body: last } = await runCalls(app).launch('bare', [model])
  const path = join(app.store, 'submissions', '1', String(last.id + 1), 'primary', 'payload.json')
  await mkdir(join(path, '..'), { recursive: true })
  await writeFile(path, 'of a database that was restored since')
  const before = await traces(app)
  const answer = await runCalls(app).launch('bare', [model])
  expect([answer.status, answer.body.code]).toEqual([503, 'unavailable'])
  expect(await traces(app)).toEqual(before)
  expect(await readFile(path, 'utf8')).toBe('of a database that was restored since')
  expect((await runCalls(app).launch('bare', [model])).status).toBe(202)
})

it('a server looks when it starts, and leaves alone what may still be on its way', async () => {
  const folder = join(app.store, '.waybill-tmp')
  await mkdir(folder, { recursive: true })
  for (const [name, hours] of [
    ['old', 25],
    ['young', 23],
  ] as const) {
    await writeFile(join(folder, name), name)
    const time = new Date(Date.now() - hours * 3_600_000)
    await utimes(join(folder, name), time, time)
  }
  await startSubmissionSweeper(deps()).stop()
  expect(await readdir(folder)).toEqual(['young'])
})
