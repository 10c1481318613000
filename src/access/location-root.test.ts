import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isWithin } from '../storage/location.ts'
import { liesWithin, normalRoot, rootFault } from './location-root.ts'

const deployment = {
  dataDir: '/srv/not-here/waybill',
  storeRoot: 'gs://ours/store',
  locations: ['/srv/not-here/shared', 'gs://theirs/common/'],
}

test('a root is kept in one spelling', () => {
  expect(['/a/./b//', '/a/b', 'GS://Bucket/x//', 's3://bucket', 's3://bucket/', '/'].map(normalRoot)).toEqual(
    ['/a/b', '/a/b', 'gs://Bucket/x', 's3://bucket', 's3://bucket', '/'],
  )
})

test('the private store is no location, and none may contain it or lie in it', async () => {
  for (const root of ['gs://ours', 'gs://ours/', 'gs://ours/store', 'gs://ours/store/a']) {
    expect(await rootFault(root, deployment), root).toMatch(/private store/)
  }
  for (const root of ['gs://ours/stores', 'gs://theirs', 's3://ours/store']) {
    expect(await rootFault(root, deployment), root).toBeNull()
  }
})

test('only the folder `files` of the data directory may be a location', async () => {
  const inDataDir = (rest: string) => rootFault(`${deployment.dataDir}${rest}`, deployment)
  expect(await inDataDir('')).toMatch(/data directory/)
  expect(await inDataDir('/postgres')).toMatch(/data directory/)
  expect(await inDataDir('/files-of-mine')).toMatch(/data directory/)
  expect(await inDataDir('/files')).toBeNull()
  expect(await inDataDir('/files/below')).toBeNull()
  expect(await rootFault('/srv', deployment)).toMatch(/contains Waybill's data directory/)
})

const segment = fc.constantFrom('srv', 'not-here', 'shared', 'waybill', 'files', 'x', '.', '', 'shared2')
const anyRoot = fc.oneof(
  fc.array(segment, { maxLength: 6 }).map((segments) => `/${segments.join('/')}`),
  fc.array(segment, { maxLength: 4 }).map((segments) => `gs://theirs/common/${segments.join('/')}`),
  fc.string(),
)

test('what lies within others lies within one of them, and no root that may stand reaches what is ours', async () => {
  await fc.assert(
    fc.asyncProperty(anyRoot, async (root) => {
      const outer = ['/srv/not-here/shared', '/srv/not-here/waybill/files', 'gs://theirs/common']
      if (await liesWithin(outer, root)) expect(outer.some((one) => isWithin(one, root))).toBe(true)
      if ((await rootFault(root, deployment)) !== null) return
      expect(normalRoot(normalRoot(root))).toBe(normalRoot(root))
      expect(isWithin(root, `${deployment.dataDir}/owner.token`)).toBe(false)
      expect(isWithin(root, deployment.storeRoot)).toBe(false)
    }),
  )
})
