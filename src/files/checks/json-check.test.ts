import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonCheck } from './json-check.ts'

function codesOf(text: string) {
  const check = jsonCheck()
  check.push(Buffer.from(text))
  return check.end().map(({ code }) => code)
}

const isParsed = (text: string) => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Texts that are nearly JSON: one with a piece cut out, put in or doubled. */
const nearly = fc
  .tuple(
    fc.json(),
    fc.nat(200),
    fc.nat(5),
    fc.constantFrom('', ',', '"', '\\', '0', '-', '.', 'e', '[', '}', 'null', ' ', '\n', '\t', 'é'),
  )
  .map(([text, at, cut, put]) => text.slice(0, at) + put + text.slice(at + cut))

const tokens = fc
  .array(
    fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"\\u0062"',
      '"\\ud800"',
      '0',
      '-1',
      '1.5',
      '2E+7',
      '01',
      '1.',
      'true',
      'nul',
      ' ',
      '\n',
      '\r',
      '\f',
      '\\',
      '"',
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''))

describe('the reader of JSON', () => {
  it('takes what JSON.parse takes, apart from keys twice', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json({ maxDepth: 6 }), nearly, tokens, fc.string()), (text) => {
        const codes = codesOf(text.toWellFormed())
        const isWrong = codes.some((code) => code !== 'json_duplicate_key')
        expect(isWrong).toBe(!isParsed(text.toWellFormed()))
      }),
      { numRuns: 5000 },
    )
  })

  it('takes all that JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(codesOf(JSON.stringify(value, null, 1))).toEqual([])
      }),
      { numRuns: 1000 },
    )
  })

  it('finds a key twice, however it is written and however many there are', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 40 }),
        fc.nat(),
        (keys, pick) => {
          const again = keys[pick % keys.length] ?? ''
          const members = keys.map((key) => `${JSON.stringify(key)}:1`)
          expect(codesOf(`{${members.join(',')}}`)).toEqual([])
          const escaped = [...again].map((c) =>
            c
              .split('')
              .map((u) => `\\u${u.charCodeAt(0).toString(16).padStart(4, '0')}`)
              .join(''),
          )
          expect(codesOf(`{${members.join(',')},"${escaped.join('')}":2}`)).toEqual(['json_duplicate_key'])
        },
      ),
    )
  })

  it('tells lone surrogates apart', () => {
    expect(codesOf('{"\\ud800":1,"\\ud801":2}')).toEqual([])
    expect(codesOf('{"\\ud800":1,"\\uD800":2}')).toEqual(['json_duplicate_key'])
  })

  it('tells of twenty keys and no more', () => {
    expect(codesOf(`{${'"a":1,'.repeat(50)}"b":1}`)).toHaveLength(20)
  })
})
