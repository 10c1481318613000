/** Letters of Chinese, Japanese and Korean, and full-width forms, take two cells of a terminal. */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\ufe0f/u
const invisible = /^[\p{Mn}\p{Me}\p{Cf}]+$/u
const plain = /^[\x20-\x7e]*$/
const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** How many cells of a terminal `text` takes. */
export function displayWidth(text: string): number {
  if (plain.test(text)) return text.length
  let width = 0
  for (const { segment } of segmenter.segment(text)) width += cellsOf(segment)
  return width
}

/** `text` in at most `width` cells: what does not fit goes out of the middle, where paths differ least. */
export function shorten(text: string, width: number): string {
  if (displayWidth(text) <= width) return text
  if (width <= 1) return '…'.slice(0, Math.max(0, width))
  const graphemes = [...segmenter.segment(text)].map(({ segment }) => segment)
  const tail = takeCells(graphemes.toReversed(), Math.ceil((width - 1) / 2))
  const head = takeCells(graphemes, width - 1 - displayWidth(tail.join('')))
  return `${head.join('')}…${tail.toReversed().join('')}`
}

/** A text that cannot move the cursor, change colours or turn the line around. */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  )
}

function cellsOf(grapheme: string): number {
  if (invisible.test(grapheme)) return 0
  return wide.test(grapheme) ? 2 : 1
}

function takeCells(graphemes: readonly string[], width: number): string[] {
  const taken: string[] = []
  let used = 0
  for (const grapheme of graphemes) {
    used += cellsOf(grapheme)
    if (used > width) break
    taken.push(grapheme)
  }
  return taken
}
