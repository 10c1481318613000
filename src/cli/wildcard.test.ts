import fc from 'fast-check'
import { expect, it } from 'vitest'
import { matchesWildcard } from './wildcard.ts'

it.each([
  ['*.genkey', 'case1.genkey', true],
  ['*.genkey', '.hidden.genkey', false],
  ['.*', '.hidden', true],
  ['case?.key', 'case1.key', true],
  ['case?.key', 'case10.key', false],
  ['case[1-3].key', 'case2.key', true],
  ['case[1-3].key', 'case4.key', false],
  ['case[!1-3].key', 'case4.key', true],
  ['[ab]*', 'b', true],
  ['a[', 'a[', true],
  ['*a*b*', 'xxaxxbxx', true],
  ['*a*b*', 'xxbxxaxx', false],
  ['', '', true],
  ['?', '𝔘', true],
])('%s on %s: %s', (pattern, name, matches) => {
  expect(matchesWildcard(pattern, name)).toBe(matches)
})

it('a name matches itself with any of its parts replaced by a star', () => {
  const name = fc.stringMatching(/^[a-z0-9 _-]{1,20}$/)
  fc.assert(
    fc.property(name, fc.nat(20), fc.nat(20), (text, from, length) => {
      const pattern = `${text.slice(0, from)}*${text.slice(from + length)}`
      expect(matchesWildcard(pattern, text)).toBe(true)
    }),
  )
})

it('many stars cost no more than the product of the lengths', () => {
  const started = performance.now()
  expect(matchesWildcard(`${'*a'.repeat(200)}b`, 'a'.repeat(2000))).toBe(false)
  expect(performance.now() - started).toBeLessThan(500)
})
