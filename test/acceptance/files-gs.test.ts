import { crc32c } from '@node-rs/crc32'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { checksumFromNumber } from '../../src/lib/content-hash.ts'
import { type GsServer, startGsServer } from '../helpers/gs-server.ts'
import { startTestApp, type TestApp } from '../helpers/test-app.ts'

let gs: GsServer
let app: TestApp
beforeAll(async () => {
  gs = await startGsServer()
  process.env.STORAGE_EMULATOR_HOST = gs.url
  app = await startTestApp()
  for (const bucket of ['results', 'refused']) {
    gs.buckets.make(bucket)
    const made = await app.request('POST', '/api/v1/locations', { root: `gs://${bucket}` })
    expect(made.status).toBe(201)
  }
})
beforeEach(() => gs.reset())
afterAll(async () => {
  await app.stop()
  await gs.close()
})

async function verify(...paths: string[]) {
  const answer = await app.request('POST', '/api/v1/files/verify', { paths })
  expect(answer.status).toBe(200)
  return answer.body
}

describe('files in a bucket', () => {
  it('are recorded with the size and the checksum that the bucket tells', async () => {
    gs.buckets.put('results', 'run/cohort.vcf.gz', Buffer.from('variants'))
    const { items } = await verify('gs://results/run/cohort.vcf.gz')
    expect(items).toMatchObject([
      { state: 'verified', size: 8, file_checksum: checksumFromNumber(crc32c('variants')), version: 1 },
    ])
    const content = await app.request('GET', `/api/v1/files/${items[0].id}/content`)
    expect([content.status, content.body]).toEqual([200, 'variants'])
  })

  it('make a new version when they are written again', async () => {
    gs.buckets.put('results', 'run/again.txt', Buffer.from('one'))
    await verify('gs://results/run/again.txt')
    gs.buckets.put('results', 'run/again.txt', Buffer.from('two'))
    expect((await verify('gs://results/run/again.txt')).items).toMatchObject([{ version: 2, size: 3 }])
  })

  it('are one item where a directory has its marker, and missing where it has none', async () => {
    gs.buckets.put('results', 'cohort.mt/_SUCCESS', Buffer.alloc(0))
    gs.buckets.put('results', 'cohort.mt/rows/part-0', Buffer.from('rows'))
    gs.buckets.put('results', 'half.mt/rows/part-0', Buffer.from('rows'))
    const { items } = await verify('gs://results/cohort.mt', 'gs://results/half.mt')
    expect(items).toMatchObject([
      { state: 'verified', size: 4 },
      { state: 'missing', reason: expect.stringContaining('_SUCCESS') },
    ])
    const detail = await app.request('GET', `/api/v1/files/${items[0].id}`)
    expect(detail.body).toMatchObject({ kind: 'directory', versions: [{ member_count: 2 }] })
    expect(detail.body.versions[0].members_digest).toMatch(/^\S{20,}$/)
  })

  it('are unreachable, with the reason, where the bucket refuses or fails, and the others are told all the same', async () => {
    gs.buckets.put('results', 'run/fine.txt', Buffer.from('fine'))
    gs.fail({ bucket: 'refused', action: 'refuse' })
    const { items } = await verify('gs://refused/x.txt', 'gs://results/run/fine.txt', 'gs://elsewhere/x.txt')
    expect(items).toMatchObject([
      { state: 'unreachable', reason: expect.stringContaining('refused') },
      { state: 'verified' },
      { state: 'declared' },
    ])
  })

  it('are looked at in few calls', async () => {
    const paths = Array.from({ length: 2000 }, (_, i) => `gs://results/many/${i}.txt`)
    for (const path of paths) gs.buckets.put('results', path.replace('gs://results/', ''), Buffer.from('x'))
    const { items, calls } = await verify(...paths)
    expect(items.every((item: { state: string }) => item.state === 'verified')).toBe(true)
    expect(calls).toBeLessThanOrEqual(4)
    expect(gs.requests.length).toBe(calls)
  })
})
