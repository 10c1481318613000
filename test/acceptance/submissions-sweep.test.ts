import { mkdir, readdir, readFile, unlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { recordFiles } from '../../src/files/record-files.ts'
import { createServerLog } from '../../src/server/server-log.ts'
import { keepContent } from '../../src/storage/kept-content.ts'
import { createLocalStore } from '../../src/storage/local-store.ts'
import type { Store, WrittenTemporary } from '../../src/storage/store.ts'
import { abandonSubmission, fileToRecord, storeAnnounced } from '../../src/workflows/stored-submission.ts'
import {
  insertIntentAt,
  insertIntents,
  passOverNumbers,
  redeemIntents,
  type SubmissionIntent,
} from '../../src/workflows/submission-intent.repository.ts'
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
const temporary = () => store.writeTemporary(Readable.from([Buffer.from('left behind')]))

/** Announces files and moves them in place, and no more, as a server does that dies then. */
async function storeAll(files: Record<string, WrittenTemporary>) {
  const kept = Object.values(files)
  const [intent] = await insertIntents(app.database.db, 1, `${app.store}/submissions/1`, [
    { names: Object.keys(files), temporaryPaths: kept.map(({ path }) => path) },
  ])
  if (intent === undefined) throw new Error('No intent was made')
  const toStore = kept.map((one, index) => ({ path: intent.paths[index] ?? '', kept: one, same: null }))
  return await storeAnnounced(deps(), async () => ({ intent, files: toStore }))
}
const storeOne = async () => await storeAll({ 'primary/a.idf': await temporary() })
const redeem = (intent: SubmissionIntent) =>
  app.database.db.transaction().execute((trx) => redeemIntents(trx, 1, [intent]))

it('what a death left behind is removed and told, and what runs name stays', async () => {
  const { body: run } = await runCalls(app).launch('bare', [model])
  const before = await traces(app)
  const { intent } = await storeOne()
  const { path: left } = await temporary()
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
  expect(await redeem(intent)).toBe(false)
})

it('a submission that became a run after all is not taken back', async () => {
  const { intent, stored } = await storeOne()
  await app.database.db.transaction().execute(async (trx) => {
    expect(await redeemIntents(trx, 1, [intent])).toBe(true)
    await recordFiles(trx, 1, stored.map(fileToRecord), new Date())
  })
  await abandonSubmission(deps(), intent)
  const name = stored[0]?.path.slice(app.store.length + 1)
  expect(await storedFiles(app)).toContain(name)
  await store.delete(stored[0]?.path ?? '')
})

it('a server that slept while it was given up takes back what it stored then', async () => {
  const [intent] = await insertIntents(app.database.db, 1, `${app.store}/submissions/1`, [
    { names: ['primary/slept.idf'], temporaryPaths: [] },
  ])
  if (intent === undefined) throw new Error('No intent was made')
  const before = await traces(app)
  await sweepSubmissions(deps(), soon())
  const kept = await keepContent(store, Readable.from([Buffer.from('Version,24.1;')]))
  const files = [{ path: intent.paths[0] ?? '', kept, same: null }]
  const { stored } = await storeAnnounced(deps(), async () => ({ intent, files }))
  expect(await storedFiles(app)).toContain(stored[0]?.path.slice(app.store.length + 1))
  expect(await redeem(intent)).toBe(false)
  await abandonSubmission(deps(), intent)
  expect(await traces(app)).toEqual({ ...before, intents: 0 })
})

it('no intent takes what a run has, whatever paths it names', async () => {
  const { body: run } = await runCalls(app).launch('bare', [model])
  const before = await traces(app)
  const [{ uri }] = run.files
  const name = uri.slice(`${app.store}/submissions/1/`.length)
  const [intent] = await insertIntents(app.database.db, 1, `${app.store}/submissions/1`, [
    { names: [name], temporaryPaths: [] },
  ])
  await app.database.db
    .updateTable('submission_intent')
    .set({ paths: [uri] })
    .where('submission_id', '=', intent?.submissionId ?? 0)
    .execute()
  await sweepSubmissions(deps(), soon())
  expect(await traces(app)).toEqual(before)
})

it('numbers that are passed over while others draw are given to nobody twice', async () => {
  const draw = async () => {
    const drawn = await insertIntents(app.database.db, 1, '/nowhere', [{ names: [], temporaryPaths: [] }])
    return drawn.map(({ submissionId }) => submissionId)
  }
  const drawn = await Promise.all(
    Array.from({ length: 200 }, (_, index) =>
      index % 4 === 0 ? passOverNumbers(app.database.db, 8).then(() => []) : draw(),
    ),
  )
  expect(new Set(drawn.flat()).size).toBe(150)
  await sweepSubmissions(deps(), soon())
})

it('a file that cannot be moved takes the whole submission back', async () => {
  const before = await traces(app)
  const there = await temporary()
  const swept = { ...there, path: join(app.store, '.waybill-tmp', 'swept') }
  await expect(storeAll({ 'primary/a.idf': there, 'aux/w/b.epw': swept })).rejects.toMatchObject({
    code: 'unavailable',
  })
  expect(await traces(app)).toEqual(before)
})

it('numbers that are drawn again, after a backup was restored, are passed over', async () => {
  const { body: last } = await runCalls(app).launch('bare', [model])
  const pathOf = (run: number) => join(app.store, 'submissions/1', `${run}`, 'primary/payload.json')
  const lost = Array.from({ length: 40 }, (_, index) => pathOf(last.id + 1 + index))
  for (const path of lost) {
    await mkdir(join(path, '..'), { recursive: true })
    await writeFile(path, 'of a run that the backup does not know')
  }
  const large = { ...model, content: JSON.stringify({ Building: 'x'.repeat(100_000) }) }
  const answers = await Promise.all([model, large, model].map((part) => runCalls(app).launch('bare', [part])))
  expect(answers.map(({ status }) => status)).toEqual([202, 202, 202])
  for (const { body } of answers) expect(body.id).toBeGreaterThan(last.id + 40)
  for (const path of lost) {
    expect(await readFile(path, 'utf8')).toBe('of a run that the backup does not know')
  }
  expect(await traces(app)).toMatchObject({ intents: 0 })
  expect(await readdir(join(app.store, '.waybill-tmp'))).toEqual([])
})

it('where only a part of a submission finds its place taken all of it is taken back', async () => {
  const paths = ['one', 'two'].map((name) => join(app.store, 'submissions/1/part', name))
  const [taken = '', free = ''] = paths
  await mkdir(join(app.store, 'submissions/1/part'), { recursive: true })
  await writeFile(taken, 'there before')
  const before = await storedFiles(app)
  const kept = [await temporary(), await temporary()]
  const announced = await insertIntentAt(app.database.db, {
    orgId: 1,
    paths,
    temporaryPaths: kept.map(({ path }) => path),
  })
  const files = kept.map((one, index) => ({ path: index === 0 ? taken : free, kept: one, same: null }))
  const storing = storeAnnounced(deps(), async () => ({ intent: announced, files }))
  await expect(storing).rejects.toMatchObject({ code: 'unavailable' })
  expect(await storedFiles(app)).toEqual(before)
  expect(await readFile(taken, 'utf8')).toBe('there before')
  await unlink(taken)
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
