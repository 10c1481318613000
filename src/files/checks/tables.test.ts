import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { weatherFile, weatherRow } from '../../../test/helpers/file-contents.ts'
import { csvCheck } from './csv-check.ts'
import { epwCheck } from './epw-check.ts'

function messagesOf(make: typeof csvCheck, text: string) {
  const check = make()
  check.push(Buffer.from(text))
  return check.end().map(({ message }) => message)
}

/** As the libraries of the field write a field: quoted where it has to be. */
const quoted = (field: string, delimiter: string) =>
  /["\r\n]/.test(field) || field.includes(delimiter) ? `"${field.replaceAll('"', '""')}"` : field

const table = fc
  .record({
    delimiter: fc.constantFrom(',', ';', '\t', '|'),
    lineEnd: fc.constantFrom('\n', '\r\n'),
    columns: fc.integer({ min: 2, max: 8 }),
    rows: fc.integer({ min: 1, max: 12 }),
    seed: fc.array(fc.string({ unit: fc.constantFrom(...'ab1.,;\t|"\n é') }), {
      minLength: 1,
      maxLength: 20,
    }),
    hasEnd: fc.boolean(),
  })
  .map(({ delimiter, lineEnd, columns, rows, seed, hasEnd }) => {
    const head = Array.from({ length: columns }, (_, i) => `c${i}`)
    const body = Array.from({ length: rows }, (_, r) =>
      Array.from({ length: columns }, (_, c) =>
        quoted(seed[(r * columns + c) % seed.length] ?? '', delimiter),
      ),
    )
    const lines = [head, ...body].map((row) => row.join(delimiter))
    return { lines, delimiter, lineEnd, hasEnd }
  })

describe('the reader of CSV', () => {
  it('takes generated tables', () => {
    fc.assert(
      fc.property(table, ({ lines, lineEnd, hasEnd }) => {
        expect(messagesOf(csvCheck, `${lines.join(lineEnd)}${hasEnd ? lineEnd : ''}`)).toEqual([])
      }),
      { numRuns: 1000 },
    )
  })

  it('finds the row that has a column more', () => {
    fc.assert(
      fc.property(table, fc.nat(), ({ lines, delimiter, lineEnd }, pick) => {
        const row = 1 + (pick % (lines.length - 1))
        const before = lines.slice(0, row).join(lineEnd)
        const line = before.split('\n').length + 1
        const changed = lines.with(row, `${lines[row]}${delimiter}x`)
        expect(messagesOf(csvCheck, changed.join(lineEnd))[0]).toMatch(
          new RegExp(`^line ${line} has \\d+ columns, and`),
        )
      }),
      { numRuns: 500 },
    )
  })
})

describe('the reader of weather files', () => {
  it('takes whole days of any number of records an hour', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.constantFrom(1, 2, 4, 6),
        fc.constantFrom('\n', '\r\n'),
        (days, records, lineEnd) => {
          const header = (lines: string[]) =>
            lines.with(7, `DATA PERIODS,1,${records},Data,Sunday, 1/ 1, 1/${days}`)
          const rows = days * 24 * records
          expect(messagesOf(epwCheck, weatherFile({ rows, header, lineEnd }))).toEqual([])
          expect(messagesOf(epwCheck, weatherFile({ rows: rows - 1, header, lineEnd }))).toHaveLength(1)
        },
      ),
      { numRuns: 50 },
    )
  })

  it('names the line of the first row that is not of 35 fields', () => {
    fc.assert(
      fc.property(
        fc.nat(47),
        fc.integer({ min: 1, max: 70 }).filter((count) => count !== 35),
        (at, count) => {
          const row = (i: number) => weatherRow(i >= at ? count : 35)
          const fields = `${count} field${count === 1 ? '' : 's'}`
          expect(messagesOf(epwCheck, weatherFile({ rows: 48, row }))).toEqual([
            `line ${at + 9} has ${fields}, and every row of weather data has 35`,
          ])
        },
      ),
      { numRuns: 50 },
    )
  })
})
