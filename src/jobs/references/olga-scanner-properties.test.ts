import fc from 'fast-check'
import { expect, test } from 'vitest'
import { inPieces } from '../../../test/helpers/decks.ts'
import { leastTimes, millisecondsOf } from '../../../test/helpers/least-times.ts'
import { createKeywordTextReader, type KeywordTextHandler } from './keyword-text.ts'
import { scanOlga } from './olga-scanner.ts'
import { createRelevantLines } from './relevant-lines.ts'

async function* cutAt(bytes: Uint8Array, cuts: number[]) {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  for (let i = 1; i < places.length; i += 1) yield bytes.slice(places[i - 1], places[i])
}

/** What such files are made of, in an order that nobody would write. */
const pieces = fc.constantFrom(
  ...[
    'FILES',
    'RESTART',
    'BRANCH',
    'FEED',
    'CASE',
    'PIPE',
    'ENDCASE',
    ' PVTFILE=',
    ' FILE =',
    'READFILE=OFF',
  ],
  ...[
    'FLUID=',
    'LABEL=',
    'X=',
    '"',
    "'",
    '(',
    ')',
    ',',
    '=',
    '!',
    '\\',
    '\\\n',
    ',\n',
    ', ! c\n',
    ' \\ ! c\n',
    '\n',
    '\r\n',
    '\r',
  ],
  ...[
    ' ',
    '\t',
    '\0',
    '\uFEFF',
    'é',
    '😀',
    'a.tab',
    '..\\b.tab',
    'c d.rsw',
    '0.5, ',
    '(1, 2) s',
    '\\\\srv\\e.tab',
  ],
)
const deckText = fc.array(pieces, { maxLength: 200 }).map((all) => all.join(''))

test('whatever the bytes are and wherever they are cut, nothing is thrown and the answer is the same', async () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 2_000 }),
    deckText.map((text) => Buffer.from(text)),
    deckText.map((text) => Buffer.from(text, 'latin1')),
  )
  await fc.assert(
    fc.asyncProperty(bytes, fc.array(fc.nat(), { maxLength: 20 }), async (deck, cuts) => {
      expect(await scanOlga(cutAt(deck, cuts))).toEqual(await scanOlga(inPieces(deck)))
    }),
    { numRuns: 1_000 },
  )
})

test('what is passed over holds nothing of what is looked for', async () => {
  const marker = /FILES|[.]tab/gi
  const filler = fc.constantFrom(
    'A B=1\n',
    'A B=(1, \\\n 2)\n',
    '! c\n',
    '\n',
    'A B=1,\n',
    'A B=(1,\n',
    '2,\n',
    'c,\n',
    ' c\n',
    'A B="c, \\\n',
    'A B=1 ! c\r\n',
    'A\r',
    'A "b',
  )
  const parts = fc.array(
    fc.oneof(
      pieces,
      fc.tuple(filler, fc.nat(3_000)).map(([line, n]) => line.repeat(n)),
    ),
    {
      maxLength: 40,
    },
  )
  await fc.assert(
    fc.property(parts, fc.integer({ min: 1, max: 100_000 }), (all, size) => {
      const deck = Buffer.from(all.join(''))
      const allRead = recorder()
      const reader = createKeywordTextReader(allRead.handler)
      reader.read(deck)
      reader.end()
      const someRead = recorder()
      const lines = createRelevantLines(createKeywordTextReader(someRead.handler), marker)
      for (let from = 0; from < deck.length; from += size) lines.read(deck.subarray(from, from + size))
      lines.end()
      expect(someRead.values.filter(isLookedFor)).toEqual(allRead.values.filter(isLookedFor))
      expect(someRead.unclosed).toEqual(allRead.unclosed)
    }),
    { numRuns: 200 },
  )
})

interface Recorded {
  keyword: string
  place: string
  text: string
}

function isLookedFor({ keyword, text }: Recorded): boolean {
  return keyword === 'FILES' || text.endsWith('.tab')
}

function recorder() {
  const values: Recorded[] = []
  /** Of statements with something that is looked for. */
  const unclosed: string[] = []
  let keyword = ''
  let unclosedHere: string[] = []
  let firstHere = 0
  const handler: KeywordTextHandler = {
    onKeyword(next) {
      keyword = next
      unclosedHere = []
      firstHere = values.length
    },
    onValue(value) {
      const text = Buffer.from(value.bytes.subarray(0, value.length)).toString()
      values.push({ keyword, place: `${value.line}:${value.bytesBefore} ${value.key()}`, text })
    },
    onStatementEnd() {
      if (keyword === 'FILES' || values.slice(firstHere).some(isLookedFor)) unclosed.push(...unclosedHere)
    },
    onUnclosed(what, line) {
      unclosedHere.push(`${line} ${what}`)
    },
  }
  return { values, unclosed, handler }
}

/** A deck made of statements that are each known to name this or that. */
const name = fc
  .array(fc.constantFrom('a', 'B', '7', '_', '-', '.', '/', '\\', 'é', '😀'), { minLength: 1, maxLength: 12 })
  .map((letters) => `x${letters.join('')}.tab`)
const quoted = fc
  .tuple(fc.constantFrom('"', "'"), name)
  .map(([quote, text]) => ({ text, written: `${quote}${text}${quote}` }))
const bare = name.map((text) => ({ text, written: text }))
const anyName = fc.oneof(quoted, bare)
const between = fc.constantFrom(
  ', ',
  ',',
  ' , ',
  ', \\\n   ',
  ',\\\r\n',
  ', \\ ! why\n\t',
  ' \\\n,',
  ',\n ',
  ', ! why\n',
  ',\r\n! x.tab\n ',
)
const statement = fc.oneof(
  fc.constantFrom(
    { text: 'OPTIONS TEMPERATURE=WALL, DEBUG=OFF', names: [] as string[] },
    { text: 'WALL LABEL="W.tab", THICKNESS=(0.6, 3.3, \\\n 1.0) cm', names: [] },
    { text: '! FILES PVTFILE="no.tab"', names: [] },
    { text: '', names: [] },
  ),
  anyName.map(({ text, written }) => ({ text: `FILES PVTFILE=${written}`, names: [text] })),
  anyName.map(({ text, written }) => ({ text: `Restart File = ${written}, READFILE=ON`, names: [text] })),
  anyName.map(({ written }) => ({ text: `RESTART FILE=${written}, READFILE=OFF`, names: [] })),
  anyName.map(({ text, written }) => ({ text: ` SOURCE LABEL=S, TABLE=${written} ! x.tab`, names: [text] })),
  fc
    .tuple(
      fc.array(anyName, { minLength: 1, maxLength: 5 }),
      fc.array(between, { minLength: 5, maxLength: 5 }),
    )
    .map(([all, commas]) => ({
      text: `FILES PVTFILE=(${all.map(({ written }, i) => written + (i < all.length - 1 ? commas[i] : '')).join('')})`,
      names: all.map(({ text }) => text),
    })),
)

test('a deck gives exactly the files that it was made to name, each where it stands', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(statement, { maxLength: 40 }),
      fc.constantFrom('\n', '\r\n', '\r'),
      async (statements, lineEnd) => {
        const deck = statements.map(({ text }) => text + lineEnd).join('')
        const { references, remarks } = await scanOlga(inPieces(Buffer.from(deck), 1_000))
        expect(references.map(({ reference }) => reference)).toEqual(statements.flatMap(({ names }) => names))
        expect(remarks).toEqual([])
        const lines = deck.split(/\r\n|\r|\n/u).map((line) => Array.from(line))
        for (const { reference, line, column } of references) {
          const written = lines[line - 1]?.slice(column - 1, column - 1 + Array.from(reference).length)
          expect(written?.join('')).toBe(reference)
        }
      },
    ),
    { numRuns: 500 },
  )
})

const megabyte = 1_048_576
const eighth = megabyte / 8
const adversaries: Record<string, string> = {
  quotes: '"',
  'quoted texts': '"a" ',
  parentheses: '(',
  'parentheses of a value': 'A B=(',
  'closing parentheses': ')',
  backslashes: '\\',
  'backslashes in quotes': 'A B="\\\n',
  'continued lines': 'A B="c", \\\n',
  commas: ',',
  'equals signs': '=',
  'keys in lists': 'A B=(c=',
  blanks: ' ',
  'lines of blanks and commas': ' ,\n',
  'line ends': '\n',
  'carriage returns': '\r',
  'comment marks': '!',
  'lines of comment': '! c\n',
  keywords: 'FILES\n',
  'keywords on a line': 'FILES ',
  'files of one statement': 'FILES PVTFILE=a.tab, ',
  'files of many statements': 'FILES PVTFILE="a.tab"\n',
  extensions: '.tab',
  'one long word': 'a',
  'one long value': 'A B=c',
  'bytes that begin a character': '\u00f0',
}

test.each(Object.entries(adversaries))(
  'twice as many %s take at most two and a half times as long',
  async (_, unit) => {
    const deck = Buffer.from(unit.repeat((2 * eighth) / unit.length), 'latin1')
    const { once, twice } = await leastTimes(
      () => scanOlga(inPieces(deck.subarray(0, eighth))),
      () => scanOlga(inPieces(deck)),
      (once, twice) => twice / once <= 2.5,
    )
    expect(twice / once).toBeLessThanOrEqual(2.5)
  },
)

test('a deck of a megabyte takes less than 50 ms', async () => {
  const wall =
    'WALL LABEL="W", THICKNESS=(0.6, 3.315, 1.015) cm, \\\n  MATERIAL=("A", "B", "C"), ELASTIC=ON\n'
  const deck = Buffer.from(
    `FILES PVTFILE="fluid.tab"\n${wall.repeat(megabyte / wall.length)}RESTART FILE=b.rsw\n`,
  )
  const scan = () => scanOlga(inPieces(deck))
  let best = Number.POSITIVE_INFINITY
  for (let run = 0; run < 10; run += 1) best = Math.min(best, await millisecondsOf(scan))
  expect(best).toBeLessThan(50)
})
