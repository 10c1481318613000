import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import type { DestinationStream } from 'pino'
import { createRootGuard } from '../../src/access/location-root.ts'
import { type AppDeps, buildApp } from '../../src/server/build-app.ts'
import { ensureFirstOrg, ownerTokenPath } from '../../src/server/first-start.ts'
import { createServerLog } from '../../src/server/server-log.ts'
import { ensureStoreFolder } from '../../src/server/store-folder.ts'
import { createStores, type StoresOptions } from '../../src/storage/stores.ts'
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
  /** The root of the private store. */
  store: string
  request(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    url: string,
    body?: unknown,
    token?: string,
    headers?: Record<string, string>,
  ): Promise<Answer>
  /** Opens a real port, once, and says where: `http://127.0.0.1:12345`. */
  listen(): Promise<string>
  stop(): Promise<void>
}

export interface TestAppOptions {
  limits?: NonNullable<AppDeps['limits']>
  /** Of auxiliary files, where others than the shipped ones are taken. */
  fileTypes?: NonNullable<AppDeps['fileTypes']>
  /** How long a bucket may be silent, and how often it is asked. */
  gs?: NonNullable<StoresOptions['gs']>
  /** Of the private store, if it is not to be a folder of the app's own. */
  storeRoot?: string
  publicUrl?: string
  /** Takes every line that the server logs, at `debug`. */
  logLines?: string[]
  /** Adds routes of the test's own. */
  extend?: (part: { app: TestApp['app']; database: TestDatabase }) => void
}

/** The real app on a database of its own, as a first start leaves it. */
export async function startTestApp(options: TestAppOptions = {}): Promise<TestApp> {
  const dataDir = await realpath(await mkdtemp(join(tmpdir(), 'waybill-app-')))
  const database = await createTestDatabase()
  const log = createTestLog(options.logLines)
  const deployment = {
    dataDir,
    storeRoot: options.storeRoot ?? join(dataDir, 'store'),
    locations: [],
    ...(options.publicUrl === undefined ? {} : { publicUrl: options.publicUrl }),
  }
  await ensureStoreFolder({ dataDir, store: deployment.storeRoot })
  await ensureFirstOrg({ db: database.db, deployment, log })
  // Otherwise its use is written a second after the first request, amid whatever a test counts.
  await sql`update token set last_used_at = now() + interval '1 day'`.execute(database.db)
  const app = await buildApp({
    database,
    stores: createStores({
      log,
      mayLeadTo: createRootGuard(deployment),
      privateRoot: deployment.storeRoot,
      ...(options.gs === undefined ? {} : { gs: options.gs }),
    }),
    deployment,
    log,
    ...(options.limits === undefined ? {} : { limits: options.limits }),
    ...(options.fileTypes === undefined ? {} : { fileTypes: options.fileTypes }),
  })
  options.extend?.({ app, database })
  const ownerToken = (await readFile(ownerTokenPath(dataDir), 'utf8')).trim()
  let url: Promise<string> | undefined
  return {
    app,
    database,
    ownerToken,
    files: join(dataDir, 'files'),
    store: deployment.storeRoot,
    async request(method, url, body, token = ownerToken, headers = {}) {
      const response = await app.inject({
        method,
        url,
        headers: {
          ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
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
    listen() {
      url ??= app.listen({ port: 0, host: '127.0.0.1' })
      return url
    },
    async stop() {
      app.server.closeAllConnections()
      await app.close()
      await database.drop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

function createTestLog(lines: string[] | undefined) {
  if (lines === undefined) return createServerLog(process.env.WAYBILL_TEST_LOG ?? 'silent')
  const destination: DestinationStream = { write: (line) => void lines.push(line) }
  return createServerLog('debug', destination)
}
