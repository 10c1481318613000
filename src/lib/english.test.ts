import { expect, it } from 'vitest'
import { andList, counted, orList, withArticle } from './english.ts'

it.each([
  'a weather file',
  'an input data file',
  'an EPW file',
  'a CSV file',
  'an XSD, RNG or DTD file',
  'an XML schema',
  'a JSON schema',
  'a UVW table',
  'an IDF file',
  'a unit file',
  'a uniform grid',
  'an uninsulated wall',
  'a user table',
  'a one-line note',
  'an hourly table',
  'an 8 by 8 grid',
  'a European map',
  'an onset table',
])('%s has its article', (words) => {
  expect(withArticle(words.replace(/^an? /, ''))).toBe(words)
})

it('lists what may be chosen from', () => {
  expect([orList([]), orList(['A']), orList(['A', 'B']), orList(['A', 'B', 'C'])]).toEqual([
    '',
    'A',
    'A or B',
    'A, B or C',
  ])
  expect(andList(['A', 'B', 'C'])).toBe('A, B and C')
})

it('counts one, none and many', () => {
  expect([0, 1, 2].map((count) => counted(count, 'step'))).toEqual(['0 steps', '1 step', '2 steps'])
})
