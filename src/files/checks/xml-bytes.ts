/** What a byte may be in XML. Those of characters beyond ASCII may stand in names; that they are UTF-8 is looked at elsewhere. */
export const byteKind = { nameStart: 1, nameRest: 2, space: 4, control: 8, markup: 16 } as const

const kinds = Uint8Array.from({ length: 256 }, (_, byte) => {
  const isStart = byte >= 0x80 || byte === 0x5f || byte === 0x3a || /[A-Za-z]/.test(String.fromCharCode(byte))
  const isRest = isStart || byte === 0x2d || byte === 0x2e || (byte >= 0x30 && byte <= 0x39)
  const isSpace = byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d
  return (
    (isStart ? byteKind.nameStart : 0) |
    (isRest ? byteKind.nameRest : 0) |
    (isSpace ? byteKind.space : 0) |
    (byte < 0x20 && !isSpace ? byteKind.control : 0) |
    (byte === 0x3c || byte === 0x26 || byte === 0x5d || byte === 0x0a ? byteKind.markup : 0)
  )
})

/** The kinds of a byte, one bit each. */
export function kindOf(byte: number): number {
  return kinds[byte] ?? 0
}

/** Where the name ends that goes on at `from`; text has one character a byte. */
export function endOfName(text: string, from: number): number {
  let i = from
  while (i < text.length && ((kinds[text.charCodeAt(i)] ?? 0) & byteKind.nameRest) !== 0) i += 1
  return i
}

/** Where the first byte is that text, or a value ended by `endQuote`, cannot hold as it is. */
export function endOfPlain(text: string, from: number, endQuote: number): number {
  let i = from
  while (i < text.length) {
    const byte = text.charCodeAt(i)
    if (((kinds[byte] ?? 0) & (byteKind.markup | byteKind.control)) !== 0 || byte === endQuote) return i
    i += 1
  }
  return i
}
