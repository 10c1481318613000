import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readUploadName } from './upload-name.ts'

function nameOf(raw: string) {
  const read = readUploadName(raw)
  return 'name' in read ? read.name : read.fault
}

describe('the name of an upload', () => {
  it.each([
    ['chicago.epw', 'chicago.epw', 'chicago.epw', 'epw'],
    [
      'USA_CA_San.Francisco.Intl.AP.724940_TMY3.EPW',
      'USA_CA_San.Francisco.Intl.AP.724940_TMY3.EPW',
      'USA_CA_San.Francisco.Intl.AP.724940_TMY3.EPW',
      'epw',
    ],
    ['../../etc/passwd', 'passwd', 'passwd', null],
    ['C:\\Users\\me\\Desktop\\a b.csv', 'a b.csv', 'a_b.csv', 'csv'],
    ['..\\..\\x.json', 'x.json', 'x.json', 'json'],
    ['a\u0000b\n\r\t.csv', 'ab.csv', 'ab.csv', 'csv'],
    ['report\u202Evsc.exe', 'reportvsc.exe', 'reportvsc.exe', 'exe'],
    ['\u200Ftable\u2066.csv', 'table.csv', 'table.csv', 'csv'],
    ['Zürich “Fluntern”.epw', 'Zürich “Fluntern”.epw', 'Zurich_Fluntern_.epw', 'epw'],
    ['東京.epw', '東京.epw', 'file.epw', 'epw'],
    ['ｃｓｖ／ｄａｔａ．ｃｓｖ', 'data.csv', 'data.csv', 'csv'],
    ['.epw', '.epw', 'epw', null],
    ['.hidden.csv', '.hidden.csv', 'hidden.csv', 'csv'],
    ['a..b...csv', 'a..b...csv', 'a.b.csv', 'csv'],
    ['weather.epw.exe', 'weather.epw.exe', 'weather.epw.exe', 'exe'],
    ['x.epw. ', 'x.epw.', 'x.epw', null],
    ['-rf.csv', '-rf.csv', 'rf.csv', 'csv'],
    ['"; rm -rf $HOME;.csv', '"; rm -rf $HOME;.csv', '_rm_-rf_HOME_.csv', 'csv'],
  ])('%j is shown as %j and stored as %j', (raw, original, stored, extension) => {
    expect(nameOf(raw)).toEqual({ original, stored, extension })
  })

  it.each([[''], ['/'], ['a/'], ['.'], ['..'], ['...'], ['\u2026'], ['\n'], ['\u202E'], ['. .']])(
    '%j is refused',
    (raw) => {
      expect(nameOf(raw)).toMatch(
        /^has (no file name|the file name .+); one with letters or digits is needed$/,
      )
    },
  )

  it('may have 255 bytes and no more', () => {
    expect(nameOf(`${'é'.repeat(125)}a.csv`)).toMatchObject({ extension: 'csv' })
    expect(nameOf(`${'é'.repeat(125)}ab.csv`)).toBe(
      'has a file name of 256 bytes; one of at most 255 is needed',
    )
  })

  it('is stored flat, plain and bounded, whatever it was', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' })), (raw) => {
        const name = nameOf(raw)
        if (typeof name === 'string') return
        expect(name.stored).toMatch(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,140}$/)
        expect(name.stored).not.toContain('..')
        expect(name.original).not.toMatch(/[\p{Cc}/\\]/u)
      }),
      { numRuns: 2000 },
    )
  })
})
