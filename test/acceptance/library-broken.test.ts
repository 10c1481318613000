import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { silentLogger } from '../../src/lib/logger.ts'
import { createLocalStore } from '../../src/storage/local-store.ts'
import { sweepSubmissions } from '../../src/workflows/submission-sweeper.ts'
import { startChild } from '../helpers/child-process.ts'
import { type RawAnswer, type RawSocket, sendRaw } from '../helpers/raw-client.ts'
import { formOf, formType, storedFiles } from '../helpers/submissions.ts'
import { startTestApp, type TestApp } from '../helpers/test-app.ts'

let app: TestApp
let url: string
let stopServer = () => {}
beforeAll(async () => {
  app = await startTestApp({ limits: { lingerMs: 500, slowBodyMs: 400, slowBodyBytes: 100 } })
  url = await app.listen()
})
afterAll(async () => {
  stopServer()
  await app.stop()
})

// A table that is cut anywhere is a table still: nothing but the end of the body tells that it is not whole.
const table = (word: string) => Buffer.from(`a,b\n${`${word},1\n`.repeat(30_000)}`)
const [former, next] = [table('former'), table('next')]

function head(name: string, length: number | 'chunked', type = 'application/octet-stream'): string {
  return [
    `PUT /api/v1/org/default/library/${name} HTTP/1.1`,
    'host: waybill',
    'connection: close',
    `authorization: Bearer ${app.ownerToken}`,
    `content-type: ${type}`,
    length === 'chunked' ? 'transfer-encoding: chunked' : `content-length: ${length}`,
    '',
    '',
  ].join('\r\n')
}
const upload = (to: string, name: string, content: Buffer): Promise<RawAnswer> =>
  sendRaw(to, async (socket) => {
    await socket.write(head(name, content.length))
    await socket.write(content)
  })
/** As it is read afterwards: what was found in the bytes is told with the upload only. */
function fileOf({ text }: RawAnswer) {
  const { findings, ...file } = JSON.parse(text.slice(text.indexOf('\r\n\r\n') + 4))
  expect(findings).toEqual([])
  return file
}
const get = (name: string) => app.request('GET', `/api/v1/org/default/library/${name}`)

async function makeFormer(name: string): Promise<object> {
  const made = await upload(url, name, former)
  expect(made.status, made.text).toBe(201)
  return fileOf(made)
}

async function expectServed(name: string, file: object, content: Buffer): Promise<void> {
  const { status, body } = await get(name)
  expect([status, body]).toEqual([200, file])
  const bytes = await app.request('GET', `/api/v1/files/${body.file_id}/content`)
  expect([bytes.status, bytes.body === content.toString()]).toEqual([200, true])
}

/** The store has what versions of library files name, and nothing else; no upload is on its way. */
async function expectExact(): Promise<void> {
  const { rows } = await sql<{ path: string; versions: number; intents: number }>`
    select f.path, (select count(*)::int from library_version v where v.file_id = f.id) as versions,
      (select count(*)::int from submission_intent) as intents
    from file f`.execute(app.database.db)
  expect(await storedFiles(app)).toEqual(rows.map(({ path }) => path.slice(app.store.length + 1)).sort())
  expect(rows.filter(({ versions, intents }) => versions !== 1 || intents > 0)).toEqual([])
}

/** A server in a process of its own, on the same database and store. */
async function startServer(): Promise<{ url: string; exited: Promise<unknown> }> {
  const argument = { connection: app.database.connection, dataDir: dirname(app.store) }
  const { line, process, exited } = startChild('helpers/upload-server.ts', argument)
  stopServer = () => void process.kill('SIGKILL')
  return { url: JSON.parse(await line('ready ')).url, exited }
}

async function sweep(): Promise<void> {
  const store = createLocalStore(app.store, { log: silentLogger })
  const deps = { db: app.database.db, store, log: silentLogger }
  await sweepSubmissions(deps, new Date(Date.now() + 60_000))
}

const waiting = { timeout: 15_000, interval: 20 }

describe('kill -9 of the server', () => {
  const names = {
    sending: 'while-its-bytes-still-come.csv',
    unnumbered: 'before-it-has-a-version.csv',
    uncommitted: 'before-the-commit.csv',
    fresh: 'before-the-commit-of-a-new-name.csv',
  }
  const ofFormer = [names.sending, names.unnumbered, names.uncommitted]
  const standing = new Map<string, object>()
  let stored: string[]

  beforeAll(async () => {
    for (const name of ofFormer) standing.set(name, await makeFormer(name))
    stored = await storedFiles(app)
    const server = await startServer()
    const client = await app.database.pool.connect()
    try {
      await client.query('begin; lock table audit_entry in exclusive mode')
      await client.query('select from library_file where name = $1 for update', [names.unnumbered])
      const waitingNames = [names.unnumbered, names.uncommitted, names.fresh]
      const sent = waitingNames.map((name) => upload(server.url, name, next))
      sent.push(
        sendRaw(server.url, async (socket) => {
          await socket.write(head(names.sending, next.length))
          await socket.write(next.subarray(0, next.length / 2))
          await server.exited
        }),
      )
      await vi.waitFor(async () => {
        const { rowCount } = await app.database.pool.query(
          `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        )
        expect(rowCount).toBe(waitingNames.length)
        expect((await storedFiles(app)).length).toBe(stored.length + sent.length)
      }, waiting)
      stopServer()
      expect((await Promise.all(sent)).map(({ status }) => status)).toEqual([0, 0, 0, 0])
    } finally {
      await client.query('rollback')
      client.release()
    }
  })

  it('leaves what was there before, and of a new name nothing', async () => {
    for (const [name, file] of standing) await expectServed(name, file, former)
    expect((await get(names.fresh)).status).toBe(404)
    const listed = await app.request('GET', '/api/v1/org/default/library/?limit=1000')
    expect(listed.body.items).toEqual([...standing.values()])
  })

  it('leaves bytes, of which the sweep leaves exactly those that the database names', async () => {
    expect((await storedFiles(app)).length).toBe(stored.length + 4)
    await sweep()
    await expectExact()
    expect(await storedFiles(app)).toEqual(stored)
    for (const [name, file] of standing) await expectServed(name, file, former)
  })

  it.each(Object.values(names))('%s: a retry works', async (name) => {
    const again = await upload(url, name, next)
    expect(again.status, again.text).toBe(standing.has(name) ? 200 : 201)
    expect(fileOf(again).version).toBeGreaterThan(1)
    await expectServed(name, fileOf(again), next)
    await expectExact()
  })
})

describe('a client that goes away', () => {
  const form = formOf([{ name: 'file', fileName: 'x.csv', content: next }])
  const chunked = (content: Buffer) =>
    Buffer.concat([Buffer.from(`${content.length.toString(16)}\r\n`), content, Buffer.from('\r\n')])
  const ways: [how: string, head: (name: string) => string, body: Buffer][] = [
    ['a body of known length', (name) => head(name, next.length), next],
    ['a chunked body', (name) => head(name, 'chunked'), chunked(next)],
    ['a form', (name) => head(name, form.length, formType()), form],
  ]

  it.each(ways)(
    'in the middle of %s leaves nothing without a sweep, ten times',
    async (how, headOf, body) => {
      const name = `${how.replace(/\W/g, '-')}.csv`
      const file = await makeFormer(name)
      const before = await storedFiles(app)
      for (let round = 0; round < 10; round += 1) {
        // A chunked body is never whole here: its last chunk does not come.
        const cut =
          round === 0 && how.includes('chunked') ? body.length : Math.floor(Math.random() * body.length)
        await sendRaw(url, async (socket) => {
          await socket.write(headOf(name))
          await socket.write(body.subarray(0, cut))
          if (round % 3 === 0) await sleep(20)
          socket.destroy()
        })
      }
      await vi.waitFor(async () => expect(await storedFiles(app)).toEqual(before), waiting)
      await expectServed(name, file, former)
      await expectExact()
      const again = await upload(url, name, next)
      expect([again.status, fileOf(again).version], again.text).toEqual([200, 2])
      await expectServed(name, fileOf(again), next)
    },
  )

  it('after all of it may have made the version, whole or not at all, and a retry is given that one', async () => {
    await makeFormer('gone.csv')
    await sendRaw(url, async (socket) => {
      await socket.write(head('gone.csv', next.length))
      await socket.write(next)
      socket.destroy()
    })
    await sleep(300)
    const { version } = (await get('gone.csv')).body
    expect([1, 2]).toContain(version)
    await vi.waitFor(expectExact, waiting)
    const again = fileOf(await upload(url, 'gone.csv', next))
    expect(again.version).toBe(2)
    await expectServed('gone.csv', again, next)
    await expectExact()
  })

  it.each(['stops', 'says more than it sends'])('or that %s is told so, and nothing is kept', async (how) => {
    const name = `${how.replace(/\W/g, '-')}.csv`
    const file = await makeFormer(name)
    const sent = how === 'stops' ? next.subarray(0, 5000) : next
    const answer = await sendRaw(url, async (socket: RawSocket) => {
      await socket.write(head(name, next.length + 1000))
      await socket.write(sent)
      await socket.firstByte()
    })
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('came too slowly')])
    await vi.waitFor(expectExact, waiting)
    await expectServed(name, file, former)
  })
})
