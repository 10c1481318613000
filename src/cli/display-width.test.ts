import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { displayWidth, printable, shorten } from './display-width.ts'

describe('the width of a text', () => {
  it.each([
    ['plain', 5],
    ['é', 1],
    ['e\u0301', 1],
    ['表', 2],
    ['ﾃ', 1],
    ['👩‍🔬', 2],
    ['a\u200bb', 2],
  ])('of %j is %i', (text, width) => {
    expect(displayWidth(text)).toBe(width)
  })

  it('of a shortened text is never more than asked for', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 40 }), (text, width) => {
        expect(displayWidth(shorten(text, width))).toBeLessThanOrEqual(width)
      }),
    )
  })

  it('keeps the ends of a path', () => {
    expect(shorten('/shared/projects/north_sea/pvt_table.tab', 21)).toBe('/shared/pr…_table.tab')
  })
})

it('shows what would move the cursor instead of sending it', () => {
  expect(printable('a\u001b[31mb\nc\u202ed')).toBe('a\\u{1b}[31mb\\u{a}c\\u{202e}d')
})
