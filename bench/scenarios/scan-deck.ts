import { scanOlga } from '../../src/jobs/references/olga-scanner.ts'
import { readPvtTable } from '../../src/jobs/references/pvt-table.ts'
import { interleave, type Row } from '../measure.ts'

const deckBytes = 1_048_576
const pieceBytes = 65_536

/** What a case of a megabyte costs to look through, of the kind that engineers write and of two unkind ones. */
export async function scanDeckScenario(): Promise<Row[]> {
  const files = 'FILES PVTFILE=("fluid.tab", \\\n  "../pvt/water.tab")\n'
  const wall =
    'WALL LABEL="W", THICKNESS=(0.6, 3.315, 1.015) cm, \\\n  MATERIAL=("A", "B", "C"), ELASTIC=ON\n'
  const decks = {
    'a deck of numbers and names': files + wall.repeat(deckBytes / wall.length),
    'a deck that names files all over': files.repeat(deckBytes / files.length),
    'a deck of quotes': '"'.repeat(deckBytes),
  }
  const table = `PVTTABLE LABEL="GAS"\n${point.repeat(deckBytes / point.length)}`
  return await interleave(
    [
      ...Object.entries(decks).map(([name, text]) => variant(name, text, scanOlga)),
      variant('a PVT table', table, readPvtTable),
    ],
    { rounds: 15, warmups: 3 },
  )
}

function variant(name: string, text: string, read: (content: AsyncIterable<Uint8Array>) => Promise<unknown>) {
  const bytes = Buffer.from(text)
  return { name, run: () => read(inPieces(bytes)) }
}

const point = 'PVTTABLE POINT = (.100000E+05,-.100000E+02,.849146E-01,.899718E+03,.813363E+03)\n'

async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += pieceBytes) yield bytes.subarray(from, from + pieceBytes)
}
