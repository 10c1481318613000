import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type GsServer, startGsServer } from '../helpers/gs-server.ts'
import { type Answer, startTestApp, type TestApp } from '../helpers/test-app.ts'

let gs: GsServer
let app: TestApp
beforeAll(async () => {
  gs = await startGsServer()
  process.env.STORAGE_EMULATOR_HOST = gs.url
  gs.buckets.make('private')
  app = await startTestApp({ storeRoot: 'gs://private/waybill' })
})
afterAll(async () => {
  await app.stop()
  await gs.close()
})

const put = (name: string, content: string): Promise<Answer> =>
  app.request('PUT', `/api/v1/org/default/library/${name}`, content, app.ownerToken, {
    'content-type': 'text/csv',
  })
const objects = () => [...gs.buckets.names('private')]

it('library files lie in the private bucket, a version beside the other, and are read from there', async () => {
  const first = await put('table 1.csv', 'a,b\n')
  expect(first.status, JSON.stringify(first.body)).toBe(201)
  const second = await put('table 1.csv', 'c,d\n')
  const folder = 'waybill/library/1/1'
  expect(objects()).toEqual([`${folder}/1/table_1.csv`, `${folder}/2/table_1.csv`])
  expect(second.body.uri).toBe(`gs://private/${folder}/2/table_1.csv`)
  for (const [{ body }, content] of [
    [first, 'a,b\n'],
    [second, 'c,d\n'],
  ] as const) {
    const got = await app.request('GET', `/api/v1/files/${body.file_id}/content`)
    expect([got.status, got.body]).toEqual([200, content])
    const made = await app.request('POST', `/api/v1/files/${body.file_id}/link`, {})
    const link = await app.app.inject({
      url: new URL(made.body.url).pathname,
      headers: { range: 'bytes=0-0' },
    })
    expect([link.statusCode, link.body]).toEqual([206, content[0]])
    expect(link.headers['content-disposition']).toContain('filename="table 1.csv"')
  }
})

it('an object that is lost is stored again when its bytes come again, and none where the bucket does not tell', async () => {
  const first = await put('lost.csv', 'a,b\n')
  gs.fail({ bucket: 'private', action: 'refuse', only: 'GET', times: 1 })
  expect((await put('lost.csv', 'a,b\n')).status).toBe(503)
  expect((await put('lost.csv', 'a,b\n')).body).toEqual(first.body)
  gs.buckets.remove('private', first.body.uri.slice('gs://private/'.length))
  const second = await put('lost.csv', 'a,b\n')
  expect([second.status, second.body.version]).toEqual([200, 2])
  expect((await app.request('GET', `/api/v1/files/${second.body.file_id}/content`)).body).toBe('a,b\n')
})

it('a bucket that fails and one that refuses to move leave no object and no row', async () => {
  const rows = async () => {
    const counted = await sql`
      select (select count(*)::int from library_file) as files, (select count(*)::int from submission_intent) as intents,
        (select count(*)::int from file) as ledger`.execute(app.database.db)
    return counted.rows
  }
  const before = [objects(), await rows()]
  // What is small is uploaded to its place, and the rest moved there.
  for (const [only, content] of [
    ['POST /upload', 'a'],
    ['/rewriteTo/', 'a,b\n'.repeat(20_000)],
  ] as const) {
    gs.fail({ bucket: 'private', action: 'refuse', only, times: 1 })
    const answer = await put('failing.csv', content)
    expect([answer.status, answer.body.code], only).toEqual([503, 'unavailable'])
    expect([objects(), await rows()], only).toEqual(before)
  }
  expect((await put('failing.csv', 'a')).body.version).toBe(1)
})
