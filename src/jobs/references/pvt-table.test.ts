import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { expected, inPieces, readDeck } from '../../../test/helpers/decks.ts'
import { readPvtTable } from './pvt-table.ts'

describe('each table gives its labels, and what is wrong with it', () => {
  test.each(Object.entries(expected.tables))('%s', async (name, { labels, fault }) => {
    for (const pieceBytes of [65_536, 1, 13]) {
      const table = await readPvtTable(inPieces(readDeck(name), pieceBytes))
      expect(table.labels).toEqual(labels)
      expect(table.fault && `${table.fault.line ?? '-'} ${table.fault.message}`).toBe(fault)
    }
  })
})

test('whatever the bytes are and wherever they are cut, nothing is thrown and the answer is the same', async () => {
  const word = fc.constantFrom(
    ...['PVTTABLE ', 'LABEL="x",', 'POINT=(1,2)', 'COLUMNS=(PT,TM)', 'PRESSURE=(1,2)', 'TEMPERATURE=(1', ')'],
    ...['\\\n', '\n', '"', '!', ',', '1 2 3\n', '\0', 'ENDCASE\n'],
  )
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 500 }),
    fc.array(word, { maxLength: 60 }).map((words) => Buffer.from(words.join(''))),
  )
  await fc.assert(
    fc.asyncProperty(bytes, fc.integer({ min: 1, max: 50 }), async (table, size) => {
      expect(await readPvtTable(inPieces(table, size))).toEqual(await readPvtTable(inPieces(table)))
    }),
    { numRuns: 500 },
  )
})

test('a table that is cut off anywhere behind its head is found to be', async () => {
  const table = readDeck('pvt/water.tab')
  const lineEndBytes = 2
  for (let length = table.indexOf('COLUMNS'); length < table.length - lineEndBytes; length += 1) {
    const { fault } = await readPvtTable(inPieces(table.subarray(0, length)))
    expect(fault, `cut at ${length} of ${table.length}`).not.toBeNull()
  }
  expect((await readPvtTable(inPieces(table.subarray(0, -lineEndBytes)))).fault).toBeNull()
})
