import { finding } from './catalogue.ts'
import type { ContentCheck } from './check.ts'

const delimiters = [',', ';', '\t', '|']
const [plain, lineFeed, carriageReturn, quote, firstDelimiter] = [0, 1, 2, 3, 4]
const [fieldStart, unquoted, quoted, afterQuote] = [0, 1, 2, 3]

interface Difference {
  line: number
  columns: number
}

/**
 * A table of one delimiter with equal column counts (RFC 4180). Each delimiter that the first row has is followed
 * until it differs; the table is sound if one never does, so decimal commas between semicolons mislead nobody.
 */
export function csvCheck(): ContentCheck {
  const classes = classesOf(delimiters)
  const counts = new Int32Array(delimiters.length)
  let expected: readonly number[] | null = null
  let followed: number[] = []
  const differences = new Map<number, Difference>()
  let line = 1
  let rowLine = 1
  let firstRowLine = 1
  let quoteLine = 1
  let state = fieldStart
  let isAfterReturn = false
  let hasTextAfterQuote = false
  let isDone = false

  function endRow(isAtFieldStart: boolean): void {
    if (isAtFieldStart && counts.every((count) => count === 0)) return
    if (expected === null) {
      expected = [...counts]
      firstRowLine = rowLine
      const present = delimiters.map((_, i) => i).filter((i) => counts[i] !== 0)
      // A table of one column has no delimiter: any that comes later is a second column.
      followed = present.length === 0 ? delimiters.map((_, i) => i) : present
      if (present.length > 0) {
        for (const [i, delimiter] of delimiters.entries()) {
          if (counts[i] === 0) classes[delimiter.charCodeAt(0)] = plain
        }
      }
    } else {
      compareRow(expected)
    }
    counts.fill(0)
  }

  function compareRow(wanted: readonly number[]): void {
    const isOneColumn = wanted.every((count) => count === 0)
    for (const i of followed) {
      if (counts[i] === wanted[i] || differences.has(i)) continue
      differences.set(i, { line: rowLine, columns: (counts[i] ?? 0) + 1 })
      if (isOneColumn) isDone = true
    }
    if (differences.size === followed.length) isDone = true
  }

  return {
    push(chunk) {
      const length = chunk.length
      // Kept apart from what outlives this call, for speed; put back at its end.
      let at = state
      let isLineEnded = isAfterReturn
      for (let i = 0; i < length && !isDone; i += 1) {
        let kind = classes[chunk[i] ?? 0] ?? plain
        if (kind === plain) {
          if (at === afterQuote) {
            hasTextAfterQuote = isDone = true
            break
          }
          if (at === fieldStart) at = unquoted
          isLineEnded = false
          i = nextSpecial(chunk, i + 1, classes)
          if (i === length) break
          kind = classes[chunk[i] ?? 0] ?? plain
        }
        if (kind >= firstDelimiter) {
          isLineEnded = false
          if (at === quoted) continue
          counts[kind - firstDelimiter] = (counts[kind - firstDelimiter] ?? 0) + 1
          at = fieldStart
        } else if (kind === quote) {
          isLineEnded = false
          if (at === fieldStart) {
            at = quoted
            quoteLine = line
          } else if (at === quoted) at = afterQuote
          else if (at === afterQuote) at = quoted
        } else if (kind === lineFeed && isLineEnded) {
          isLineEnded = false
        } else {
          isLineEnded = kind === carriageReturn
          line += 1
          if (at === quoted) continue
          endRow(at === fieldStart)
          at = fieldStart
          rowLine = line
        }
      }
      state = at
      isAfterReturn = isLineEnded
    },
    end() {
      if (hasTextAfterQuote) return [finding('csv_quote', { line })]
      if (!isDone && state === quoted) return [finding('csv_open_quote', { line: quoteLine })]
      if (!isDone) endRow(state === fieldStart)
      if (expected === null) return [finding('csv_no_rows')]
      const longest = lastToDiffer(followed, differences)
      if (longest === null || (differences.size < followed.length && !expected.every((n) => n === 0)))
        return []
      const { delimiter, line: at, columns } = longest
      const needed = (expected[delimiter] ?? 0) + 1
      return [finding('csv_columns', { line: at, found: columns, needed, other: firstRowLine })]
    },
  }
}

/** Apart from the rest so that it runs as fast as it can. */
function nextSpecial(chunk: Buffer, from: number, classes: Uint8Array): number {
  let i = from
  while (i < chunk.length && classes[chunk[i] ?? 0] === plain) i += 1
  return i
}

/** The delimiter that was meant, most likely: the one that stayed equal for longest. */
function lastToDiffer(
  followed: readonly number[],
  differences: ReadonlyMap<number, Difference>,
): (Difference & { delimiter: number }) | null {
  let last: (Difference & { delimiter: number }) | null = null
  for (const delimiter of followed) {
    const difference = differences.get(delimiter)
    if (difference !== undefined && (last === null || difference.line > last.line))
      last = { ...difference, delimiter }
  }
  return last
}

function classesOf(candidates: readonly string[]): Uint8Array {
  const classes = new Uint8Array(256)
  classes[0x0a] = lineFeed
  classes[0x0d] = carriageReturn
  classes[0x22] = quote
  for (const [i, delimiter] of candidates.entries()) classes[delimiter.charCodeAt(0)] = firstDelimiter + i
  return classes
}
