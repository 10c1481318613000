import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { startWorker } from '../../src/db/queue-worker.ts'
import { silentLogger } from '../../src/lib/logger.ts'
import { taskHandlers } from '../../src/server/task-handlers.ts'
import { createStores } from '../../src/storage/stores.ts'
import { type GsServer, startGsServer } from './gs-server.ts'
import { type Answer, startTestApp, type TestApp, type TestAppOptions } from './test-app.ts'

export interface AnalysisApp extends TestApp {
  gs: GsServer
  /** The path of a file below the org's directory. */
  at(name: string): string
  /** Writes a file there, and gives its path. */
  write(name: string, content?: string): Promise<string>
  register(outputs: unknown, more?: object, query?: string): Promise<Answer>
  /** Registers, expects it to be taken, and gives the answer's body. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  create(outputs: unknown, more?: object, query?: string): Promise<any>
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  read(id: number, query?: string): Promise<any>
  patch(id: number, body: object, query?: string): Promise<Answer>
  verify(id: number): Promise<Answer>
}

/** The app with a directory and the bucket `bucket` as the org's locations. */
export async function startAnalysisApp(options: TestAppOptions = {}): Promise<AnalysisApp> {
  const gs = await startGsServer()
  process.env.STORAGE_EMULATOR_HOST = gs.url
  const app = await startTestApp(options)
  gs.buckets.make('bucket')
  expect((await app.request('POST', '/api/v1/locations', { root: 'gs://bucket' })).status).toBe(201)
  const at = (name: string) => join(app.files, name)
  const self: AnalysisApp = {
    ...app,
    gs,
    at,
    async write(name, content = `content of ${name}`) {
      await mkdir(dirname(at(name)), { recursive: true })
      await writeFile(at(name), content)
      return at(name)
    },
    register: (outputs, more = {}, query = '') =>
      app.request('POST', `/api/v1/analysis/project${query}`, {
        type: 'a',
        status: 'completed',
        ...(outputs === undefined ? {} : { outputs }),
        ...more,
      }),
    async create(outputs, more, query) {
      const answer = await self.register(outputs, more, query)
      expect(answer.status, JSON.stringify(answer.body)).toBe(201)
      return answer.body
    },
    async read(id, query = '') {
      const answer = await app.request('GET', `/api/v1/analysis/${id}${query}`)
      expect(answer.status).toBe(200)
      return answer.body
    },
    patch: (id, body, query = '') => app.request('PATCH', `/api/v1/analysis/${id}${query}`, body),
    verify: (id) => app.request('POST', `/api/v1/analysis/${id}/verify`),
    async stop() {
      await app.stop()
      await gs.close()
    },
  }
  return self
}

/** A worker that does all tasks of the queue, as the server's own. */
export function startAppWorker({ database, store: storeRoot }: TestApp, watchForMs = 600_000) {
  const stores = createStores({ log: silentLogger, privateRoot: storeRoot })
  return startWorker({
    database,
    tasks: taskHandlers({ database, stores, storeRoot, log: silentLogger, watchForMs }),
    concurrency: 2,
    log: silentLogger,
  })
}

/** Local files change at least so far apart that their times tell. */
export const tick = () => sleep(20)
