import { type Finding, finding } from './catalogue.ts'
import { type ContentCheck, quoteContent, shownByte } from './check.ts'
import { createObjectKeys } from './object-keys.ts'

const maxDepth = 200
const maxDuplicates = 20

/**
 * Where the reader is between two bytes.
 *
 * | state | on | goes to |
 * |---|---|---|
 * | value, firstValue | the first byte of a value | string, literal, a number's first state, firstKey, firstValue |
 * | firstKey, key | `"` | string, then colon |
 * | colon | `:` | value |
 * | after | `,` | key or value, by what is open |
 * | after, firstKey, firstValue | `}` or `]` | after, one depth less |
 * | string | `"`, `\` | colon or after, escape |
 * | zero, integer, fraction, exponent | anything else | after, with the same byte |
 */
const s = {
  value: 0,
  firstValue: 1,
  after: 2,
  firstKey: 3,
  key: 4,
  colon: 5,
  string: 6,
  escape: 7,
  hex: 8,
  literal: 9,
  minus: 10,
  zero: 11,
  integer: 12,
  point: 13,
  fraction: 14,
  power: 15,
  powerSign: 16,
  exponent: 17,
} as const

const needs: readonly string[] = [
  'a value',
  'a value or "]"',
  'a comma or the end',
  'a key in double quotes or "}"',
  'a key in double quotes',
  '":"',
  'an escape instead of a control character',
  'one of the escapes \\" \\\\ \\/ \\b \\f \\n \\r \\t \\u',
  'a hexadecimal digit',
  'true, false or null',
  'a digit',
  'a comma or the end',
  'a comma or the end',
  'a digit',
  'a comma or the end',
  'a digit or a sign',
  'a digit',
  'a comma or the end',
]

/** JSON as RFC 8259 has it, at most 200 deep, without two keys alike in one object. Keeps the keys of open objects only. */
export function jsonCheck(): ContentCheck {
  const findings: Finding[] = []
  const isObjectAt = new Uint8Array(maxDepth + 1)
  const keys = createObjectKeys()
  let depth = 0
  let state: number = s.value
  let line = 1
  let isKey = false
  let hasEscape = false
  /** The beginning of a key that the split of the content cut; one character a byte. */
  let keyBefore = ''
  let hexDigits = 0
  let literal = ''
  let literalLength = 0
  let isDone = false

  function fail(byte: number, at: number): void {
    const closes = isObjectAt[depth] === 1 ? '"," or "}"' : '"," or "]"'
    const needed = at !== s.after ? needs[at] : depth === 0 ? 'nothing more' : closes
    findings.push(finding('json_syntax', { line, found: shownByte(byte), needed: needed ?? '' }))
    isDone = true
  }

  function open(isObject: boolean): number {
    depth += 1
    if (depth > maxDepth) {
      findings.push(finding('json_depth', { line, needed: maxDepth }))
      isDone = true
      return s.value
    }
    isObjectAt[depth] = isObject ? 1 : 0
    if (isObject) keys.open(depth)
    return isObject ? s.firstKey : s.firstValue
  }

  function startOfValue(byte: number): number {
    if (byte === 0x22) {
      isKey = false
      return s.string
    }
    if (byte === 0x7b || byte === 0x5b) return open(byte === 0x7b)
    if (byte === 0x2d) return s.minus
    if (byte === 0x30) return s.zero
    if (byte > 0x30 && byte <= 0x39) return s.integer
    if (byte !== 0x74 && byte !== 0x66 && byte !== 0x6e) return -1
    literal = byte === 0x74 ? 'true' : byte === 0x66 ? 'false' : 'null'
    literalLength = 1
    return s.literal
  }

  function endOfKey(raw: string): void {
    // Bytes as characters tell ASCII keys apart as well as their text does, and are cheaper to take.
    const text = hasEscape || !isAscii(raw) ? Buffer.from(raw, 'latin1').toString('utf8') : raw
    const key = hasEscape ? (JSON.parse(`"${text}"`) as string) : text
    if (keys.add(depth, key)) return
    findings.push(finding('json_duplicate_key', { line, found: quoteContent(key) }))
    if (findings.length === maxDuplicates) isDone = true
  }

  return {
    push(chunk) {
      const content = chunk.toString('latin1')
      const length = content.length
      let keyStart = isKey && state >= s.string && state <= s.hex ? 0 : -1
      let i = 0
      while (i < length && !isDone) {
        const byte = content.charCodeAt(i)
        if (state === s.string) {
          i = endOfOrdinary(content, i)
          if (i === length) break
          const ending = content.charCodeAt(i)
          if (ending === 0x5c) {
            state = s.escape
            hasEscape = true
          } else if (ending !== 0x22) {
            fail(ending, state)
          } else if (isKey) {
            endOfKey(keyBefore + content.slice(keyStart, i))
            keyBefore = ''
            keyStart = -1
            isKey = false
            state = s.colon
          } else state = s.after
          i += 1
          continue
        }
        if (state <= s.colon) {
          if (byte === 0x20 || byte === 0x09 || byte === 0x0d) {
            i += 1
            continue
          }
          if (byte === 0x0a) {
            line += 1
            i += 1
            continue
          }
        }
        const before: number = state
        let next = -1
        switch (before) {
          case s.firstValue:
          case s.value:
            next = byte === 0x5d && before === s.firstValue ? s.after : startOfValue(byte)
            if (next === s.after) depth -= 1
            break
          case s.after:
            if (byte === 0x2c && depth > 0) next = isObjectAt[depth] === 1 ? s.key : s.value
            else if (depth > 0 && byte === (isObjectAt[depth] === 1 ? 0x7d : 0x5d)) {
              depth -= 1
              next = s.after
            }
            break
          case s.firstKey:
          case s.key:
            if (byte === 0x22) {
              isKey = true
              hasEscape = false
              keyStart = i + 1
              next = s.string
            } else if (byte === 0x7d && before === s.firstKey) {
              depth -= 1
              next = s.after
            }
            break
          case s.colon:
            if (byte === 0x3a) next = s.value
            break
          case s.escape:
            if (byte === 0x75) {
              hexDigits = 0
              next = s.hex
            } else if (escapes.includes(byte)) next = s.string
            break
          case s.hex:
            if (isHex(byte)) {
              hexDigits += 1
              next = hexDigits === 4 ? s.string : s.hex
            }
            break
          case s.literal:
            if (byte === literal.charCodeAt(literalLength)) {
              literalLength += 1
              next = literalLength === literal.length ? s.after : s.literal
            }
            break
          default:
            next = afterNumberByte(before, byte)
            if (next === s.after) {
              state = s.after
              continue
            }
        }
        if (next === -1) fail(byte, before)
        else state = next
        i += 1
      }
      if (keyStart !== -1 && !isDone) keyBefore += content.slice(keyStart)
    },
    end() {
      const isNumber = state === s.zero || state === s.integer || state === s.fraction || state === s.exponent
      const isWhole = depth === 0 && (state === s.after || isNumber)
      if (isDone || isWhole) return findings
      const closing = isObjectAt[depth] === 1 ? '"," or "}"' : '"," or "]"'
      const needed =
        state === s.after || isNumber
          ? closing
          : state === s.string
            ? 'a closing quote'
            : (needs[state] ?? '')
      return [...findings, finding('json_unfinished', { line, needed })]
    },
  }
}

const escapes = Buffer.from('"\\/bfnrt')

/** Bytes that a string may hold as they are. */
const ordinary = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x20 && byte !== 0x22 && byte !== 0x5c ? 1 : 0,
)

function isHex(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x46) || (byte >= 0x61 && byte <= 0x66)
}

function afterNumberByte(state: number, byte: number): number {
  const isDigit = byte >= 0x30 && byte <= 0x39
  switch (state) {
    case s.minus:
      return byte === 0x30 ? s.zero : isDigit ? s.integer : -1
    case s.zero:
    case s.integer:
      if (isDigit && state === s.integer) return s.integer
      if (byte === 0x2e) return s.point
      return byte === 0x65 || byte === 0x45 ? s.power : s.after
    case s.point:
      return isDigit ? s.fraction : -1
    case s.fraction:
      if (isDigit) return s.fraction
      return byte === 0x65 || byte === 0x45 ? s.power : s.after
    case s.power:
      return isDigit ? s.exponent : byte === 0x2b || byte === 0x2d ? s.powerSign : -1
    case s.powerSign:
      return isDigit ? s.exponent : -1
    default:
      return isDigit ? s.exponent : s.after
  }
}

/** Apart from the rest so that it runs as fast as it can. */
function endOfOrdinary(content: string, from: number): number {
  let i = from
  while (i < content.length && ordinary[content.charCodeAt(i)] === 1) i += 1
  return i
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) if (text.charCodeAt(i) > 0x7f) return false
  return true
}
