import { isUtf8 } from 'node:buffer'

/** Tells what all that was read is written in; chunks may be cut inside a character. */
export interface EncodingWatch {
  read(chunk: Uint8Array): void
  /** Text that is not UTF-8 is Latin-1, which gives every byte a character. UTF-16 is known by its first two bytes. */
  encoding(): 'utf8' | 'latin1' | 'utf16'
}

export function createEncodingWatch(): EncodingWatch {
  let isSound = true
  let beginning: Uint8Array = new Uint8Array()
  let rest: Uint8Array = new Uint8Array()
  return {
    read(chunk) {
      if (beginning.length < 2) beginning = Buffer.concat([beginning, chunk.subarray(0, 2)])
      if (!isSound) return
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      const whole = bytes.length - unfinishedBytes(bytes)
      isSound = isUtf8(bytes.subarray(0, whole))
      rest = Buffer.from(bytes.subarray(whole))
    },
    encoding() {
      const [first, second] = beginning
      if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return 'utf16'
      return isSound && rest.length === 0 ? 'utf8' : 'latin1'
    },
  }
}

/** How many bytes at the end begin a character of UTF-8 that is not whole yet; at most three. */
function unfinishedBytes(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] as number
    if (byte < 0x80) return 0
    if (byte >= 0xc0) return back < lengthAnnouncedBy(byte) ? back : 0
  }
  return 0
}

function lengthAnnouncedBy(firstByte: number): number {
  if (firstByte >= 0xf0) return 4
  return firstByte >= 0xe0 ? 3 : 2
}
