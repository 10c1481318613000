import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import { connect } from '../../src/db/client.ts'
import { silentLogger } from '../../src/lib/logger.ts'
import { createLocalStore } from '../../src/storage/local-store.ts'
import { sweepSubmissions } from '../../src/workflows/submission-sweeper.ts'
import { startChild } from '../helpers/child-process.ts'
import { weatherFile } from '../helpers/file-contents.ts'
import { sendRaw } from '../helpers/raw-client.ts'
import { aux, formOf, formType, model, storedFiles } from '../helpers/submissions.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { createTestDatabase, type TestDatabase } from '../helpers/test-database.ts'

const cuts = 100
const kills = 30
const clients = 6

interface UploadServer {
  url: string
  token: string
  kill(): Promise<void>
}

/** The real app in a process of its own, on this database and this store. */
async function startServer(database: TestDatabase, dataDir: string): Promise<UploadServer> {
  const child = startChild('helpers/upload-server.ts', { connection: database.connection, dataDir })
  onTestFinished(() => void child.process.kill('SIGKILL'))
  const { url, token } = JSON.parse(await child.line('ready '))
  return {
    url,
    token,
    async kill() {
      child.process.kill('SIGKILL')
      await child.exited
    },
  }
}

test('uploads that are cut and servers that are killed leave exactly the bytes that the database names', async () => {
  const database = await createTestDatabase()
  onTestFinished(() => database.drop())
  const dataDir = await temporaryDirectory()
  const store = `${dataDir}/store`
  let server = await startServer(database, dataDir)
  const slot = { slug: 'w', label: 'w', allowed_file_types: ['epw'] }
  const made = await fetch(`${server.url}/api/v1/org/default/workflows/`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'soak', slug: 'soak', auxiliary_file_slots: [slot] }),
  })
  expect(made.status).toBe(201)

  let number = 0
  /** Every third weather file is like one before it, so that some share their storage. */
  const bodyOf = () => {
    number += 1
    const weather = weatherFile({ rows: 24 * (1 + (number % 3 === 0 ? 0 : number % 40)) })
    return formOf([{ ...model, content: `{"model": ${number}}` }, aux('w', `${number}.epw`, weather)])
  }
  const upload = async (body: Buffer, cut = body.length) => {
    const head = [
      'POST /api/v1/org/default/workflows/soak/runs/ HTTP/1.1',
      'host: waybill',
      'connection: close',
      `authorization: Bearer ${server.token}`,
      `content-type: ${formType()}`,
      `content-length: ${body.length}`,
      '',
      '',
    ].join('\r\n')
    return await sendRaw(server.url, async (socket) => {
      await socket.write(head)
      await socket.write(body.subarray(0, cut))
      if (cut < body.length) socket.destroy()
    })
  }

  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (number < cuts) {
        const body = bodyOf()
        await upload(body, Math.floor(Math.random() * body.length))
      }
    }),
  )
  const acknowledged: number[] = []
  for (let kill = 0; kill < kills; kill += 1) {
    const stopped = { now: false }
    const uploadOne = async () => {
      const answer = await upload(bodyOf()).catch(() => undefined)
      if (answer?.status === 202) acknowledged.push(Number(/"id":(\d+)/.exec(answer.text)?.[1]))
      else await sleep(10)
    }
    // Two of three die at work, one while it starts what it needs for its first uploads.
    if (kill % 3 > 0) await Promise.all(Array.from({ length: clients }, uploadOne))
    const work = Array.from({ length: clients }, async () => {
      while (!stopped.now) await uploadOne()
    })
    await sleep(100 + Math.random() * 1200)
    await server.kill()
    stopped.now = true
    await Promise.all(work)
    server = await startServer(database, dataDir)
  }
  await server.kill()

  const { db, close } = connect({ connection: database.connection, log: silentLogger })
  const before = await storedFiles({ store })
  const log = silentLogger
  await sweepSubmissions({ db, store: createLocalStore(store, { log }), log }, new Date(Date.now() + 60_000))
  const after = await storedFiles({ store })
  const { rows } = await sql<{ path: string; run: number | null; intents: number }>`
    select f.path, u.subject_id as run, (select count(*)::int from submission_intent) as intents
    from file f left join file_use u on u.file_id = f.id order by f.path collate "C"`.execute(db)
  await close()
  expect(after).toEqual(rows.map((row) => row.path.slice(store.length + 1)).sort())
  expect(rows.filter((row) => row.run === null || row.intents > 0)).toEqual([])
  const runs = new Set(rows.map((row) => row.run))
  expect(acknowledged.filter((run) => !runs.has(run))).toEqual([])
  process.stdout.write(
    `${number} uploads, ${acknowledged.length} acknowledged, ${runs.size} runs; ${before.length - after.length} files swept\n`,
  )
})
