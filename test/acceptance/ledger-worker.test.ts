import { truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createRootsOf } from '../../src/access/roots-of.ts'
import { startWorker, type Worker } from '../../src/db/queue-worker.ts'
import { inTransaction } from '../../src/db/transaction.ts'
import { fileTasks } from '../../src/files/file-tasks.ts'
import { createLooker, type Looker } from '../../src/files/look-at.ts'
import { recordFiles } from '../../src/files/record-files.ts'
import { createUploads } from '../../src/files/uploads.ts'
import { silentLogger } from '../../src/lib/logger.ts'
import { computeChecksums } from '../../src/storage/checksums.ts'
import { createStores } from '../../src/storage/stores.ts'
import { findUploadedPaths } from '../../src/workflows/uploaded-paths.repository.ts'
import { startTestApp, type TestApp } from '../helpers/test-app.ts'

let app: TestApp
let worker: Worker
let lookAt: Looker
let orgId: number
const stores = createStores({ log: silentLogger })

beforeAll(async () => {
  app = await startTestApp()
  const { db } = app.database
  orgId = (await db.selectFrom('org').select('id').executeTakeFirstOrThrow()).id
  const uploads = createUploads({ db, storeRoot: app.store, find: findUploadedPaths })
  lookAt = createLooker({ rootsOf: createRootsOf(db), stores, uploads })
  worker = await startWorker({
    database: app.database,
    tasks: fileTasks({ db, stores, uploads, lookAt, watchForMs: 60_000 }),
    concurrency: 2,
    log: silentLogger,
  })
})
afterAll(async () => {
  await worker.stop()
  await app.stop()
})

async function fileAt(path: string) {
  const name = encodeURIComponent(path.slice(path.lastIndexOf('/') + 1))
  return (await app.request('GET', `/api/v1/files?name=${name}`)).body.items[0]
}

describe('what the worker does for the ledger', () => {
  it('computes the checksum of a file too large to read in passing', async () => {
    const path = join(app.files, 'large.bin')
    await writeFile(path, 'beginning')
    await truncate(path, 20_000_000)
    await app.request('POST', '/api/v1/files/verify', { paths: [path] })
    const store = stores.storeFor(app.files)
    if (store === null) throw new Error('no local store')
    const { crc32c } = await computeChecksums(store, path)
    await vi.waitFor(async () => expect((await fileAt(path)).file_checksum).toBe(crc32c), 10_000)
    expect((await fileAt(path)).version).toBe(1)
  })

  it('records what stands there when the bytes changed before it came to read them', async () => {
    const path = join(app.files, 'restless.bin')
    await writeFile(path, 'a')
    await truncate(path, 8_000_000)
    const { files } = await lookAt(orgId, [{ path }])
    await truncate(path, 8_000_001)
    await inTransaction(app.database.db, (trx) => recordFiles(trx, orgId, files, new Date()))
    await vi.waitFor(async () => {
      const file = await fileAt(path)
      expect(file).toMatchObject({ size: 8_000_001, version: 2 })
      expect(file.file_checksum).not.toBeNull()
    }, 10_000)
  })

  it('looks again by itself where a store would not answer', async () => {
    const path = join(app.files, 'shy.txt')
    await writeFile(path, 'here after all')
    const refused = {
      path,
      kind: 'file',
      sighting: { state: 'unreachable', reason: 'The disk did not answer' },
    } as const
    await inTransaction(app.database.db, (trx) => recordFiles(trx, orgId, [refused], new Date()))
    expect(await fileAt(path)).toMatchObject({ state: 'unreachable', reason: 'The disk did not answer' })
    await vi.waitFor(async () => expect((await fileAt(path)).state).toBe('verified'), 10_000)
  })
})
