export const lineFeed = 0x0a
export const carriageReturn = 0x0d
export const exclamation = 0x21
export const openParenthesis = 0x28
export const closeParenthesis = 0x29
export const comma = 0x2c
export const equals = 0x3d
export const backslash = 0x5c
export const byteOrderMark: readonly number[] = [0xef, 0xbb, 0xbf]

const space = 0x20
const doubleQuote = 0x22
const singleQuote = 0x27

/** 1 for bytes that mean nothing but themselves wherever they stand in keyword text. */
export const plainBytes = new Uint8Array(256).map((_, byte) =>
  /[A-Za-z0-9.+\-_/:]/.test(String.fromCharCode(byte)) ? 1 : 0,
)

/** Blanks, tabs, and control characters, which no name holds. */
export function isBlank(byte: number): boolean {
  return byte <= space
}

export function isQuote(byte: number): boolean {
  return byte === doubleQuote || byte === singleQuote
}

/** Whether the byte only continues a character of UTF-8. */
export function isContinuation(byte: number): boolean {
  return byte >= 0x80 && byte < 0xc0
}

export function isLetter(byte: number): boolean {
  const lowerCase = byte | 0x20
  return lowerCase >= 0x61 && lowerCase <= 0x7a
}

export function isDigitOrUnderscore(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || byte === 0x5f
}
