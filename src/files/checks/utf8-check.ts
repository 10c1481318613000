import { isUtf8 } from 'node:buffer'
import { finding } from './catalogue.ts'
import type { ContentCheck } from './check.ts'

/** Tells the first byte that is not valid UTF-8; `code` says how grave that is for the type. */
export function utf8Check(code: 'not_utf8' | 'latin1'): ContentCheck {
  /** The bytes of a character that the split of the content cut, at most three. */
  let carried = Buffer.alloc(0)
  let before = 0
  let bad: { offset: number; byte: number } | null = null
  const look = (data: Buffer) => {
    const index = isUtf8(data) ? -1 : firstBad(data)
    if (index >= 0) bad = { offset: before + index, byte: data[index] ?? 0 }
    before += data.length
  }
  return {
    push(chunk) {
      if (bad !== null) return
      const data = carried.length === 0 ? chunk : Buffer.concat([carried, chunk])
      const whole = data.length - cutCharacter(data)
      look(data.subarray(0, whole))
      carried = Buffer.from(data.subarray(whole))
    },
    end() {
      if (bad === null && carried.length > 0) look(carried)
      if (bad === null) return []
      const found = `0x${bad.byte.toString(16).toUpperCase().padStart(2, '0')}`
      return [finding(code, { offset: bad.offset, found })]
    },
  }
}

/** How many bytes at the end begin a character whose rest is still to come. */
function cutCharacter(data: Buffer): number {
  for (let back = 1; back <= Math.min(3, data.length); back += 1) {
    const byte = data[data.length - back] ?? 0
    if (byte < 0x80) return 0
    if (byte >= 0xc0) return byte >= 0xf0 ? back : byte >= 0xe0 ? (back < 3 ? back : 0) : back < 2 ? back : 0
  }
  return 0
}

/** Where the first ill-formed sequence begins (Unicode, table 3-7); -1 where there is none. */
function firstBad(data: Buffer): number {
  let i = 0
  while (i < data.length) {
    const lead = data[i] ?? 0
    if (lead < 0x80) {
      i += 1
      continue
    }
    const rest =
      lead >= 0xc2 && lead <= 0xdf ? 1 : (lead & 0xf0) === 0xe0 ? 2 : lead >= 0xf0 && lead <= 0xf4 ? 3 : 0
    if (rest === 0) return i
    const second = data[i + 1] ?? 0
    const least = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80
    const most = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf
    if (second < least || second > most) return i
    for (let k = 2; k <= rest; k += 1) if (((data[i + k] ?? 0) & 0xc0) !== 0x80) return i
    i += rest + 1
  }
  return -1
}
