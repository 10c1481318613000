import { expect, it } from 'vitest'
import { rewriteUrl } from './rewrite-url.ts'

it.each([
  ['/api/v1/org/acme/workflows/', '/api/v1/orgs/acme/workflows/'],
  ['/api/v1/orgs/acme/workflows/', '/api/v1/orgs/acme/workflows/'],
  ['/api/v1/org?limit=1', '/api/v1/orgs?limit=1'],
  ['/api/org/', '/api/orgs/'],
  ['/org', '/orgs'],
  ['/api/v1/files?path_prefix=/org/', '/api/v1/files?path_prefix=/org/'],
  ['/api/v1/organs/1', '/api/v1/organs/1'],
  ['/api/v1/files/org/1', '/api/v1/files/org/1'],
])('%s is answered as %s', (given, rewritten) => {
  expect(rewriteUrl({ url: given })).toBe(rewritten)
})
