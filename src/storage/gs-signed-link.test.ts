import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { silentLogger } from '../lib/logger.ts'
import { createGsStores } from './gs-store.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waybill-key-'))
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const key = {
    type: 'service_account',
    project_id: 'test',
    client_email: 'test@test.iam.gserviceaccount.com',
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
  }
  await writeFile(join(folder, 'key.json'), JSON.stringify(key))
  process.env.GOOGLE_APPLICATION_CREDENTIALS = join(folder, 'key.json')
  // Files before this one in the same process may have set it.
  delete process.env.STORAGE_EMULATOR_HOST
})
afterAll(async () => {
  delete process.env.GOOGLE_APPLICATION_CREDENTIALS
  await rm(folder, { recursive: true })
})

it('a link of a bucket is of one generation, and an attachment of the type that was asked for', async () => {
  const refusals: object[] = []
  const log = { ...silentLogger, debug: (fields: object) => void refusals.push(fields) }
  const store = createGsStores({ log })('gs://bucket/folder')
  const link = await store.signedLink('gs://bucket/folder/Zürich 1.csv', {
    expiresInSeconds: 600,
    contentType: 'text/csv',
    fileName: 'Zürich "1".csv',
    generation: '1700000000000001',
  })
  expect(refusals).toEqual([])
  const url = new URL(link ?? '')
  expect(url.pathname).toBe('/bucket/folder/Z%C3%BCrich%201.csv')
  expect(Object.fromEntries(url.searchParams)).toMatchObject({
    generation: '1700000000000001',
    'X-Goog-Expires': '600',
    'response-content-type': 'text/csv',
    'response-content-disposition': `attachment; filename="Z_rich _1_.csv"; filename*=UTF-8''Z%C3%BCrich%20%221%22.csv`,
  })
})
