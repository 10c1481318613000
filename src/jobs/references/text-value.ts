import {
  backslash,
  comma,
  exclamation,
  isBlank,
  isDigitOrUnderscore,
  isLetter,
  plainBytes,
} from './text-bytes.ts'

/** A value while it is read: the first `length` of `bytes`. One is used for all values of a text, one after another. */
export interface TextValue {
  bytes: Uint8Array
  length: number
  /** It was longer than any path may be; the rest is left out. */
  isCut: boolean
  line: number
  /** Bytes before it in its line, and how many of these only continue a character of UTF-8. */
  bytesBefore: number
  continuationsBefore: number
}

/** No keyword or key is longer. */
export const maxWordBytes = 64

/** No file system takes a longer path. */
const maxValueBytes = 32_768

export function createTextValue(): TextValue {
  return {
    bytes: new Uint8Array(maxValueBytes),
    length: 0,
    isCut: false,
    line: 0,
    bytesBefore: 0,
    continuationsBefore: 0,
  }
}

export function appendByte(value: TextValue, byte: number): void {
  if (value.length < maxValueBytes) {
    value.bytes[value.length] = byte
    value.length += 1
  } else value.isCut = true
}

/** Appends what is plain of `chunk` from `from` on; returns the index of the first byte that was not taken. */
export function appendPlain(value: TextValue, chunk: Uint8Array, from: number): number {
  const { bytes } = value
  const room = maxValueBytes - value.length
  const end = Math.min(chunk.length, from + room)
  const shift = value.length - from
  let i = from
  while (i < end && plainBytes[chunk[i] as number] === 1) {
    bytes[i + shift] = chunk[i] as number
    i += 1
  }
  value.length = i + shift
  return i
}

export function trimBlanks(value: TextValue): void {
  const { bytes } = value
  while (value.length > 0 && isBlank(bytes[value.length - 1] as number)) value.length -= 1
  let blanks = 0
  while (blanks < value.length && isBlank(bytes[blanks] as number)) blanks += 1
  if (blanks === 0) return
  bytes.copyWithin(0, blanks, value.length)
  value.length -= blanks
  value.bytesBefore += blanks
}

/** Takes a `\` at the end, and the blanks after it, off the value; says whether there was one. */
export function takeOffBackslash(value: TextValue): boolean {
  let end = value.length
  while (end > 0 && isBlank(value.bytes[end - 1] as number)) end -= 1
  if (end === 0 || value.bytes[end - 1] !== backslash) return false
  value.length = end - 1
  return true
}

/** What a quote that was never closed can have meant at most. */
export function cutAtCommaOrComment(value: TextValue): void {
  for (let i = 0; i < value.length; i += 1) {
    if (value.bytes[i] === comma || value.bytes[i] === exclamation) value.length = i
  }
}

/** Whether it is made of what keywords are made of, so that it can be one. */
export function isWord({ bytes, length }: TextValue): boolean {
  if (length === 0 || length > maxWordBytes || !isLetter(bytes[0] as number)) return false
  for (let i = 1; i < length; i += 1) {
    const byte = bytes[i] as number
    if (!isLetter(byte) && !isDigitOrUnderscore(byte)) return false
  }
  return true
}

/** A copy that outlives the value. */
export function bytesOf({ bytes, length }: TextValue): Buffer {
  return Buffer.from(bytes.subarray(0, length))
}

/** For comparing with words that are no longer than this. */
export function wordOf({ bytes, length }: TextValue): string {
  return Buffer.from(bytes.subarray(0, Math.min(length, 16)))
    .toString('latin1')
    .toUpperCase()
}
