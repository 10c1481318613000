import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { buildApp } from '../../src/server/build-app.ts'
import { ensureFirstOrg, ownerTokenPath } from '../../src/server/first-start.ts'
import { createStores } from '../../src/storage/stores.ts'
import { createTestDatabase, type TestDatabase } from './test-database.ts'

export interface Answer {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  body: any
  headers: Record<string, unknown>
}

export interface TestApp {
  app: Awaited<ReturnType<typeof buildApp>>
  database: TestDatabase
  /** The owner of the org `default`; its token is a deployment token. */
  ownerToken: string
  /** A location of the org `default`. */
  files: string
  request(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    url: string,
    body?: unknown,
    token?: string,
  ): Promise<Answer>
  stop(): Promise<void>
}

/** The real app on a database of its own, as a first start leaves it. */
export async function startTestApp(): Promise<TestApp> {
  const dataDir = await realpath(await mkdtemp(join(tmpdir(), 'waybill-app-')))
  const database = await createTestDatabase()
  const log = pino({ level: process.env.WAYBILL_TEST_LOG ?? 'silent' })
  const deployment = { dataDir, storeRoot: join(dataDir, 'store'), locations: [] }
  await ensureFirstOrg({ db: database.db, deployment, log })
  const app = await buildApp({ database, stores: createStores({ log }), deployment, log })
  const ownerToken = (await readFile(ownerTokenPath(dataDir), 'utf8')).trim()
  return {
    app,
    database,
    ownerToken,
    files: join(dataDir, 'files'),
    async request(method, url, body, token = ownerToken) {
      const response = await app.inject({
        method,
        url,
        headers: {
          ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      const isJson = String(response.headers['content-type'] ?? '').includes('json')
      return {
        status: response.statusCode,
        body: isJson ? response.json() : response.body,
        headers: response.headers,
      }
    },
    async stop() {
      await app.close()
      await database.drop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}
