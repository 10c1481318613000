import { describe, expect, test } from 'vitest'
import { expected, inPieces, readDeck, referenceLine } from '../../../test/helpers/decks.ts'
import { scanOlga } from './olga-scanner.ts'
import { maxReferences } from './reference-scanner.ts'
import { scannerFor } from './scanner-for.ts'

async function scan(deck: Uint8Array | string, pieceBytes?: number) {
  return await scanOlga(inPieces(Buffer.from(deck), pieceBytes))
}

async function referencesIn(deck: Uint8Array | string, pieceBytes?: number) {
  return (await scan(deck, pieceBytes)).references.map(referenceLine)
}

describe('each deck gives its references and nothing else', () => {
  const decks = Object.entries(expected.decks)
  test('there are enough of them', () => expect(decks.length).toBeGreaterThanOrEqual(40))

  test.each(decks)('%s', async (name, { references, fluids, remarks }) => {
    const deck = readDeck(name)
    for (const pieceBytes of [65_536, 1, 7]) {
      const found = await scan(deck, pieceBytes)
      expect(found.references.map(referenceLine)).toEqual(references)
      expect(found.fluids.map(({ line, label }) => `${line} ${label}`)).toEqual(fluids)
      expect(found.remarks.map(({ line, code }) => `${line ?? '-'} ${code}`)).toEqual(remarks)
    }
  })
})

test('a reference in the middle of a megabyte has its line and column', async () => {
  const wall = 'WALL LABEL="W", THICKNESS=(0.6, 3.3, 1.0) cm, \\\n  MATERIAL=("A", "B", "C")\n'
  const before = `! ${'*'.repeat(80)}\n`.repeat(900) + wall.repeat(9_000)
  const deck = `${before}FILES PVTFILE="fluid.tab"\n${wall.repeat(9_000)}RESTART FILE=b.rsw\n`
  expect(await referencesIn(deck)).toEqual([
    '18901:16 FILES.PVTFILE fluid.tab',
    '36902:14 RESTART.FILE b.rsw',
  ])
})

test('a line longer than any buffer is read to its end', async () => {
  const numbers = Array.from({ length: 40_000 }, () => '0.5').join(', ')
  const deck = `FILES ${' '.repeat(70_000)}PVTFILE="a.tab", N=(${numbers}), WAXFILE=b.wax\nRESTART FILE=c.rsw\n`
  const [pvt, wax, restart] = (await scan(deck)).references
  expect(pvt).toEqual({ reference: 'a.tab', line: 1, column: 70_016, keyword: 'FILES', key: 'PVTFILE' })
  expect(wax?.column).toBe(deck.indexOf('b.wax') + 1)
  expect(restart?.line).toBe(2)
})

test('a text that is longer than any path is no reference', async () => {
  expect(await referencesIn(`FILES PVTFILE="${'a'.repeat(40_000)}.tab", WAXFILE=b.wax\n`)).toHaveLength(1)
})

test('of a case that names too many files the first are kept, and the rest is told of', async () => {
  const { references, remarks } = await scan('FILES PVTFILE=a.tab\n'.repeat(maxReferences + 5))
  expect(references).toHaveLength(maxReferences)
  expect(remarks).toEqual([
    {
      severity: 'warning',
      code: 'too_many_references',
      message: 'The case names more than 1,000 files; those from line 1001 on are left out',
      line: 1001,
    },
  ])
})

test('a stream that breaks is told as it is', async () => {
  const broken = new Error('gone')
  async function* breaking() {
    yield Buffer.from('FILES PVTFILE=a.tab\n')
    throw broken
  }
  await expect(scanOlga(breaking())).rejects.toBe(broken)
})

test('a scanner is chosen by the extension, whatever its case', () => {
  for (const name of ['a.genkey', 'A.KEY', 'b.c.inp', 'x.GenInp', '/shared/a.olga', 'C:\\a.key']) {
    expect(scannerFor(name), name).toBe(scanOlga)
  }
  for (const name of ['a.opi', 'genkey', 'a.genkey.bak', '.key', 'a.idf', '']) {
    expect(scannerFor(name), name).toBeUndefined()
  }
})
