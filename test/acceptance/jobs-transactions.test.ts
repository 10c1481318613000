import { afterAll, beforeAll, expect, it } from 'vitest'
import { auxFilesOf, countRows, fileAt, jobOf, submit } from '../helpers/jobs.ts'
import { startTestApp, type TestApp } from '../helpers/test-app.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

it('a job whose thousandth casefile has an aux file that cannot be leaves no row anywhere', async () => {
  const good = Array.from({ length: 999 }, (_, i) => [
    `/cases/${i}.olga`,
    [`/data/${i}.tab`, '/data/shared.tab'],
  ])
  for (const path of ['relative/bad.tab', '', '/data/../bad.tab', '/data/bad\n.tab']) {
    const bad = ['/cases/last.olga', ['/data/fine.tab', { file_name: 'bad.tab', path }]]
    const before = await countRows(app)
    const answer = await app.request('POST', '/api/v1/jobs', jobOf(Object.fromEntries([...good, bad])))
    expect(answer.status).toBe(422)
    expect(answer.body.error).toMatch(
      /^Failed to create aux_file: "bad.tab" of casefile "last.olga": the path "/,
    )
    expect(answer.body.details).toMatchObject([{ field: 'casefiles[999].aux_files[1].path' }])
    expect(await countRows(app)).toEqual(before)
  }
})

it('a job that the database refuses half way leaves no row anywhere', async () => {
  const { pool } = app.database
  await pool.query(`create function refuse_last() returns trigger language plpgsql as $$
    begin raise exception 'made to fail' using errcode = 'check_violation'; end $$`)
  await pool.query(`create trigger refuse_last after insert on casefile_association
    for each row when (new.position = 7) execute function refuse_last()`)
  const aux = Array.from({ length: 8 }, (_, i) => `/half/${i}.tab`)
  const before = await countRows(app)
  const answer = await app.request('POST', '/api/v1/jobs', jobOf({ '/half/case.olga': aux }))
  expect([answer.status, answer.body.code]).toEqual([500, 'internal'])
  expect(await countRows(app)).toEqual(before)
  await pool.query('drop trigger refuse_last on casefile_association')
  await submit(app, jobOf({ '/half/case.olga': aux }))
})

it('200 jobs at the same moment that share 50 aux files all stand, and the files are 50', async () => {
  const shared = Array.from({ length: 50 }, (_, i) => `/shared/${i}.tab`)
  const before = await countRows(app)
  const jobs = await Promise.all(
    Array.from({ length: 200 }, (_, i) => {
      // Each begins elsewhere in the list, so that no two take them in the same order.
      const turned = [...shared.slice(i % 50), ...shared.slice(0, i % 50)]
      return submit(app, jobOf({ [`/concurrent/${i}.olga`]: turned }))
    }),
  )
  const after = await countRows(app)
  const added = (table: string) => (after[`public.${table}`] ?? 0) - (before[`public.${table}`] ?? 0)
  expect([added('job'), added('aux_file'), added('file')]).toEqual([200, 50, 250])
  const ids = new Set(jobs.flatMap((job) => auxFilesOf(job).map((aux) => aux.id)))
  expect(ids.size).toBe(50)
  for (const [i, job] of jobs.entries()) {
    expect(auxFilesOf(job)[0]).toMatchObject(fileAt(`/shared/${i % 50}.tab`))
  }
})

it('a job of many casefiles takes as many statements as a job of one', async () => {
  const count = async (run: string, size: number) => {
    const cases = Array.from({ length: size }, (_, i) => [
      `/${run}/${i}.olga`,
      [`/${run}/${i}.tab`, '/shared/0.tab'],
    ])
    const before = app.database.statementCount()
    await submit(app, jobOf(Object.fromEntries(cases)))
    return app.database.statementCount() - before
  }
  await count('first', 1)
  expect(await count('many', 300)).toBe(await count('one', 1))
})
