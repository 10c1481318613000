import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isJsonObject, mergePatch } from './json-object.ts'

describe('a merge patch', () => {
  it.each([
    ['adds and replaces', { a: 'b' }, { a: 'c', d: 1 }, { a: 'c', d: 1 }],
    ['removes with null', { a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    ['replaces lists whole', { a: ['b'] }, { a: ['c', null] }, { a: ['c', null] }],
    ['replaces a list by an object', { a: [1] }, { a: { b: 'c' } }, { a: { b: 'c' } }],
    [
      'merges deep',
      { a: { b: 'c', d: { e: 1 } } },
      { a: { b: 'd', d: { e: null } } },
      { a: { b: 'd', d: {} } },
    ],
    ['removes nothing where there is nothing', {}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
    ['keeps a null that stands', { e: null }, { a: 1 }, { e: null, a: 1 }],
    [
      'takes names of the language for names',
      { a: 1 },
      { constructor: 2, toString: null },
      { a: 1, constructor: 2 },
    ],
  ])('%s', (_, target, patch, merged) => {
    const before = JSON.stringify(target)
    expect(mergePatch(target, patch)).toEqual(merged)
    expect(JSON.stringify(target)).toBe(before)
  })

  it('is the patch itself where it has no null, after which nothing changes by it', () => {
    const value = fc.dictionary(fc.string(), fc.dictionary(fc.string(), fc.oneof(fc.integer(), fc.string())))
    fc.assert(
      fc.property(value, value, (target, patch) => {
        const once = mergePatch(target, patch)
        expect(mergePatch({}, patch)).toEqual(patch)
        expect(mergePatch(once, patch)).toEqual(once)
      }),
    )
  })
})

it('an object is neither a list nor null', () => {
  expect([{}, [], null, 'x', 1].map(isJsonObject)).toEqual([true, false, false, false, false])
})
