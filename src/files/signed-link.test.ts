import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { readLink, signLink } from './signed-link.ts'

const secret = randomBytes(32)
const now = new Date('2026-01-01T00:00:00Z')
const expiresAt = now.getTime() / 1000 + 600
const id = fc.integer({ min: 1, max: 2_147_483_647 })

it('what was signed is read as it was', () => {
  fc.assert(
    fc.property(id, id, id, (orgId, fileId, versionId) => {
      const claims = { orgId, fileId, versionId, expiresAt }
      expect(readLink(secret, signLink(secret, claims), now)).toEqual(claims)
    }),
  )
})

it('a link with any character changed, added or removed is none', () => {
  const link = signLink(secret, { orgId: 1, fileId: 23, versionId: 456, expiresAt })
  for (let at = 0; at <= link.length; at += 1) {
    const [before, after] = [link.slice(0, at), link.slice(at)]
    const changed = ['-', '.', '0', 'A', 'z', '_', '=', '\u{130}', ' '].map((one) => before + one)
    const forms = [
      ...changed.flatMap((start) => [start + after, start + after.slice(1)]),
      before + after.slice(1),
    ]
    for (const form of forms) {
      if (form !== link) expect(readLink(secret, form, now), form).toBeNull()
    }
  }
})

it('a link is of one deployment', () => {
  const link = signLink(secret, { orgId: 1, fileId: 1, versionId: 1, expiresAt })
  expect(readLink(randomBytes(32), link, now)).toBeNull()
})

it('a link ends at its time', () => {
  const link = signLink(secret, { orgId: 1, fileId: 1, versionId: 1, expiresAt })
  expect(readLink(secret, link, new Date(expiresAt * 1000 - 1))).not.toBeNull()
  expect(readLink(secret, link, new Date(expiresAt * 1000))).toBeNull()
})
