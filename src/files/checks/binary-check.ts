import { finding } from './catalogue.ts'
import type { ContentCheck } from './check.ts'

const headBytes = 18

/** First bytes in hexadecimal, and what begins with them. */
const magics: readonly (readonly [string, string])[] = [
  ['7f454c46', 'an ELF program'],
  ['feedface', 'a Mach-O program'],
  ['feedfacf', 'a Mach-O program'],
  ['cefaedfe', 'a Mach-O program'],
  ['cffaedfe', 'a Mach-O program'],
  ['cafebabe', 'a universal Mach-O program or a Java class'],
  ['cafebabf', 'a universal Mach-O program'],
  ['bebafeca', 'a universal Mach-O program'],
  ['bfbafeca', 'a universal Mach-O program'],
  ['504b0304', 'a ZIP archive (as Excel and Word files are)'],
  ['504b0506', 'an empty ZIP archive'],
  ['504b0708', 'a ZIP archive'],
  ['1f8b', 'a gzip archive'],
  ['fd377a585a00', 'an xz archive'],
  ['28b52ffd', 'a Zstandard archive'],
  ['377abcaf271c', 'a 7z archive'],
  ['526172211a07', 'a RAR archive'],
  ['255044462d', 'a PDF document'],
  ['2321', 'a script (it begins with #!)'],
  ['d0cf11e0a1b11ae1', 'an old Office document'],
  ['89504e470d0a1a0a', 'a PNG image'],
  ['ffd8ff', 'a JPEG image'],
  ['894844460d0a1a0a', 'an HDF5 file'],
  ['53514c69746520666f726d61742033', 'an SQLite database'],
  ['0061736d', 'a WebAssembly program'],
]

/** UTF-32 first: its little-endian mark begins with that of UTF-16. */
const foreignMarks: readonly (readonly [string, string])[] = [
  ['fffe0000', 'UTF-32'],
  ['0000feff', 'UTF-32'],
  ['fffe', 'UTF-16'],
  ['feff', 'UTF-16'],
]

/** Programs, archives and text in another encoding, told by how they begin. */
export function binaryCheck(extension: string): ContentCheck {
  const head = Buffer.alloc(headBytes)
  let length = 0
  return {
    push(chunk) {
      if (length < headBytes) length += chunk.copy(head, length)
    },
    end() {
      const bytes = head.subarray(0, length)
      const begun = (entries: readonly (readonly [string, string])[]) =>
        entries.find(([magic]) => bytes.toString('hex').startsWith(magic))?.[1]
      const found = begun(magics) ?? windowsProgram(bytes) ?? bzip2(bytes)
      if (found !== undefined) return [finding('known_binary', { found, needed: extension, offset: 0 })]
      const encoding = begun(foreignMarks)
      return encoding === undefined ? [] : [finding('wrong_encoding', { found: encoding, offset: 0 })]
    },
  }
}

/** Two letters alone say little: a table may have a column MZ (mass over charge), told by the delimiter after it. */
function windowsProgram(bytes: Buffer): string | undefined {
  const text = bytes.toString('latin1')
  return text.startsWith('MZ') && !/^MZ(?:[\x20-\x7e]{0,15}[,;|\t]|\r?\n)/.test(text)
    ? 'a Windows program'
    : undefined
}

function bzip2(bytes: Buffer): string | undefined {
  return /^BZh[1-9]1AY&SY|^BZh[1-9](?![\x20-\x7e]{7})/.test(bytes.toString('latin1'))
    ? 'a bzip2 archive'
    : undefined
}
