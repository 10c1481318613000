import type { KeywordTextReader } from './keyword-text.ts'
import { backslash, carriageReturn, comma, exclamation, isBlank, lineFeed } from './text-bytes.ts'

/** So much is looked at together; at most half of it is held back for what may follow. */
const blockBytes = 65_536

/**
 * Most of a case is numbers. Searching it for what matters and reading only the statements around the finds takes a
 * tenth of the time of reading it all, and finds the same. `marker` finds, with the flags `g`, `i` and `m`, something in
 * every statement that is of interest.
 */
export function createRelevantLines(
  reader: KeywordTextReader,
  marker: RegExp,
): Pick<KeywordTextReader, 'read' | 'end'> {
  let held: Uint8Array[] = []
  let heldBytes = 0
  /** Whether all before what is held are whole statements. The first line is always read, since it may begin with a BOM. */
  let isBetween = false
  /** Whether the beginning of the line that comes next has been read already. */
  let isInsideLine = false

  function look(isLast: boolean): void {
    const bytes = Buffer.concat(held)
    const text = bytes.toString('latin1')
    const end = isLast ? bytes.length : endOfLines(bytes)
    let from = 0
    while (from < end) {
      if (!isBetween) from = readStatement(bytes, from, end)
      else {
        marker.lastIndex = from
        const isFound = marker.test(text) && marker.lastIndex <= end
        const cut = lastCut(bytes, from, isFound ? lineStart(bytes, marker.lastIndex - 1) : end)
        if (cut > from) reader.pass(cut - from, countLines(bytes, from, cut))
        from = cut
        if (!isFound) break
        isBetween = false
      }
    }
    if (isLast || bytes.length - from > blockBytes / 2) {
      reader.read(bytes.subarray(from))
      isBetween = false
      isInsideLine = end < bytes.length
      from = bytes.length
    }
    held = [bytes.subarray(from)]
    heldBytes = bytes.length - from
  }

  /** To the end of the first line that must end a statement. */
  function readStatement(bytes: Uint8Array, from: number, end: number): number {
    let to = from
    while (to < end && !isBetween) {
      const start = to
      while (to < end && !isLineEnd(bytes[to])) to += 1
      isBetween = !isInsideLine && endsStatement(bytes, start, to)
      isInsideLine = false
      to += bytes[to] === carriageReturn && bytes[to + 1] === lineFeed ? 2 : 1
    }
    to = Math.min(to, end)
    reader.read(bytes.subarray(from, to))
    return to
  }

  return {
    read(chunk) {
      held.push(chunk)
      heldBytes += chunk.length
      if (heldBytes >= blockBytes) look(false)
    },
    end() {
      look(true)
      reader.end()
    },
  }
}

function isLineEnd(byte: number | undefined): boolean {
  return byte === lineFeed || byte === carriageReturn
}

/** Where the last whole line ends. A `\r` that is the last byte may be followed by its `\n`. */
function endOfLines(bytes: Uint8Array): number {
  let end = bytes.at(-1) === carriageReturn ? bytes.length - 1 : bytes.length
  while (end > 0 && !isLineEnd(bytes[end - 1])) end -= 1
  return end
}

function lineStart(bytes: Uint8Array, index: number): number {
  let start = index
  while (start > 0 && !isLineEnd(bytes[start - 1])) start -= 1
  return start
}

/** The last place up to `until`, itself the start of a line, where a statement must have ended; at least `from`. */
function lastCut(bytes: Uint8Array, from: number, until: number): number {
  let cut = until
  while (cut > from) {
    let end = cut - 1
    if (bytes[end] === lineFeed && bytes[end - 1] === carriageReturn) end -= 1
    const start = Math.max(from, lineStart(bytes, end))
    if (endsStatement(bytes, start, end)) return cut
    cut = start
  }
  return from
}

/** Whether nothing can go on after this line: it is empty, or has no `\` or comment and no comma at its end. */
function endsStatement(bytes: Uint8Array, start: number, end: number): boolean {
  let last = end - 1
  while (last >= start && isBlank(bytes[last] as number)) last -= 1
  if (bytes[last] === comma && last >= start) return false
  for (let i = start; i <= last; i += 1) {
    if (bytes[i] === backslash || bytes[i] === exclamation) return false
  }
  return true
}

function countLines(bytes: Buffer, from: number, to: number): number {
  let lines = 0
  for (let i = bytes.indexOf(lineFeed, from); i !== -1 && i < to; i = bytes.indexOf(lineFeed, i + 1))
    lines += 1
  if (!bytes.subarray(from, to).includes(carriageReturn)) return lines
  for (let i = from; i < to; i += 1) {
    if (bytes[i] === carriageReturn && bytes[i + 1] !== lineFeed) lines += 1
  }
  return lines
}
