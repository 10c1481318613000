import {
  backslash,
  byteOrderMark,
  carriageReturn,
  closeParenthesis,
  comma,
  equals,
  exclamation,
  isBlank,
  isContinuation,
  isQuote,
  lineFeed,
  openParenthesis,
} from './text-bytes.ts'
import {
  appendByte,
  appendPlain,
  createTextValue,
  cutAtCommaOrComment,
  isWord,
  maxWordBytes,
  type TextValue,
  takeOffBackslash,
  trimBlanks,
} from './text-value.ts'

/** What is told of keyword text, in its order. */
export interface KeywordTextHandler {
  /** A statement begins; in upper case, empty where a line begins with `KEY=`. */
  onKeyword(keyword: string, line: number): void
  /** A bare word, a quoted text or an item of a list. `value` holds only during the call. */
  onValue(value: KeywordTextValue): void
  onStatementEnd(): void
  /** A quoted text, a list or a statement that its line or the file ends in the middle of. */
  onUnclosed(what: 'quotes' | 'list' | 'statement', line: number): void
}

/** Holds only during the call. */
export interface KeywordTextValue extends TextValue {
  /** In upper case. */
  key(): string
}

export interface KeywordTextReader {
  /** In pieces that may be cut anywhere. */
  read(chunk: Uint8Array): void
  /** Passes over whole lines where no statement is open. */
  pass(bytes: number, lines: number): void
  end(): void
}

/*
 * | state       | what was read last                         | ends with                                       |
 * |-------------|--------------------------------------------|-------------------------------------------------|
 * | atStart     | a whole statement, a comma, or nothing     | a word, or anything that carries on a list      |
 * | inWord      | a part of a keyword, a key or a unit       | blank, `=`, comma, `!`, `\`, quote              |
 * | afterWord   | a word; it is a key if `=` follows         | anything but blanks                             |
 * | beforeValue | `=`, or a comma or `(` in a list           | the first byte of a value                       |
 * | inBare      | a part of a bare value                     | blank, comma, `!`, `)` of the list              |
 * | afterItem   | a bare item of a list, and blanks          | anything; `=` shows that the list was not closed |
 * | inQuotes    | a part of a quoted value                   | the same quote, or the end of the line          |
 * | between     | a value                                    | comma, `)`, quote, or a word (a unit or a key)  |
 * | inComment   | `!`                                        | the end of the line; then back to where it was  |
 *
 * Whatever the state, a line whose last word is `\` goes on in the next one, and so does one that ends in a comma where the
 * next one begins with `KEY=` or carries on a list: real files lack that `\` now and then. The first word of such a line is
 * a keyword, and the list was never closed, where another word or nothing but a comment follows. Lines that are all comment
 * do not break a statement, empty ones do.
 */
const atStart = 0
const inWord = 1
const afterWord = 2
const beforeValue = 3
const inBare = 4
const inQuotes = 5
const between = 6
const inComment = 7
const afterItem = 8

/** Reads statements of the form `KEYWORD KEY=value, KEY=(value, "value") unit`, each byte once. Ends at `ENDCASE`. */
export function createKeywordTextReader(handler: KeywordTextHandler): KeywordTextReader {
  let state = atStart
  let stateBeforeComment = atStart
  let line = 1
  let position = 0
  let lineStart = 0
  let continuations = 0
  let afterCarriageReturn = false
  let lineIsEmpty = true
  let lineIsComment = false
  let goesOn = false
  let statementIsOpen = false
  let statementLine = 1
  let endsInComma = false
  let done = false

  let depth = 0
  let depthInBare = 0
  let mayBeKeyword = false
  let quote = 0
  let wordBeginsStatement = false
  let word = Buffer.alloc(maxWordBytes)
  let wordLength = 0
  let key = Buffer.alloc(maxWordBytes)
  let keyLength = 0
  let keyText: string | null = null
  const value: KeywordTextValue = {
    ...createTextValue(),
    key() {
      keyText ??= upperCase(key, keyLength)
      return keyText
    },
  }

  function read(chunk: Uint8Array): void {
    const chunkStart = position
    let i = 0
    while (i < chunk.length && !done) {
      i = readRun(chunk, i)
      if (i === chunk.length) break
      const byte = chunk[i] as number
      position = chunkStart + i
      i += 1
      if (byte === lineFeed || byte === carriageReturn) {
        if (byte === carriageReturn || !afterCarriageReturn) endLine()
        afterCarriageReturn = byte === carriageReturn
        lineStart = position + 1
        continue
      }
      afterCarriageReturn = false
      readByte(byte)
      if (isContinuation(byte)) continuations += 1
      if (position === 2 && lineIsEmpty && continuations === 2) {
        lineStart = 3
        continuations = 0
      }
    }
    position = chunkStart + chunk.length
  }

  /** Most of a case is numbers, names and comments: their bytes change no state. Returns the first one that may. */
  function readRun(chunk: Uint8Array, from: number): number {
    const length = chunk.length
    let i = from
    if (lineIsEmpty) return i
    if (state === inComment) {
      while (i < length && chunk[i] !== lineFeed && chunk[i] !== carriageReturn) i += 1
    } else if (state === inBare || state === inQuotes) {
      i = appendPlain(value, chunk, i)
    }
    return i
  }

  function readByte(byte: number): void {
    if (lineIsEmpty) {
      if (isBlank(byte) || (position < 3 && byte === byteOrderMark[position])) return
      lineIsEmpty = false
      lineIsComment = byte === exclamation
    }
    switch (state) {
      case inBare:
        readBare(byte)
        return
      case inQuotes:
        if (byte === quote) finishValue(between)
        else appendByte(value, byte)
        return
      case inComment:
        return
      case inWord:
        readWord(byte)
        return
      case afterItem:
        readAfterItem(byte)
        return
      case afterWord:
        if (isBlank(byte)) return
        if (byte === equals) makeKey()
        else if (byte === backslash) goesOn = true
        else if (byte === exclamation) beginComment()
        else {
          endWord()
          if (!done) readBetween(byte)
        }
        return
      case beforeValue:
        readBeforeValue(byte)
        return
      case between:
        readBetween(byte)
        return
      default:
        readStart(byte)
    }
  }

  function readStart(byte: number): void {
    if (isBlank(byte) || byte === comma || byte === equals) return
    if (byte === exclamation) beginComment()
    else if (endsInComma && depth > 0) carryOnList(byte)
    else if (byte === backslash) goesOn = true
    else if (byte === openParenthesis || byte === closeParenthesis || isQuote(byte)) {
      endStatement()
      state = between
    } else beginWord(byte, true)
  }

  /** A line after one that ended in a comma: its first word is an item, unless it turns out to begin a statement. */
  function carryOnList(byte: number): void {
    state = beforeValue
    readBeforeValue(byte)
    mayBeKeyword = state === inBare
  }

  function readWord(byte: number): void {
    if (isBlank(byte)) state = afterWord
    else if (byte === equals) makeKey()
    else if (byte === backslash) {
      state = afterWord
      goesOn = true
    } else if (byte === exclamation) {
      state = afterWord
      beginComment()
    } else if (byte === comma || isQuote(byte)) {
      endWord()
      if (!done) readBetween(byte)
    } else if (wordLength < maxWordBytes) {
      word[wordLength] = byte
      wordLength += 1
    } else wordLength = maxWordBytes + 1
  }

  function readBeforeValue(byte: number): void {
    if (isBlank(byte)) return
    if (byte === exclamation) {
      beginComment()
      return
    }
    goesOn = false
    if (isQuote(byte)) beginQuoted(byte)
    else if (byte === openParenthesis) depth += 1
    else if (byte === comma) afterComma()
    else if (byte === closeParenthesis && depth > 0) closeList()
    else beginBare(byte)
  }

  function readBare(byte: number): void {
    if (isBlank(byte)) {
      if (depth > 0 && value.bytes[value.length - 1] !== backslash) state = afterItem
      else finishBare()
    } else if (byte === comma) {
      finishValue(between)
      afterComma()
    } else if (byte === exclamation) {
      finishBare()
      beginComment()
    } else if (byte === openParenthesis) {
      depthInBare += 1
      appendByte(value, byte)
    } else if (byte === closeParenthesis && depthInBare > 0) {
      depthInBare -= 1
      appendByte(value, byte)
    } else if (byte === closeParenthesis && depth > 0) {
      finishValue(between)
      closeList()
    } else if (byte === equals && depth > 0) keyInsteadOfItem()
    else appendByte(value, byte)
  }

  function readAfterItem(byte: number): void {
    if (isBlank(byte)) return
    if (byte === equals) keyInsteadOfItem()
    else if (byte === exclamation) {
      if (!lineIsComment) finishBare()
      beginComment()
    } else if (mayBeKeyword && isWord(value) && byte === backslash) goesOn = true
    else if (mayBeKeyword && isWord(value) && !endsItem(byte)) {
      beginKeyword(upperCase(value.bytes, value.length))
      if (!done) readBetween(byte)
    } else {
      finishValue(between)
      readBetween(byte)
    }
  }

  function readBetween(byte: number): void {
    if (isBlank(byte)) return
    if (byte === exclamation) {
      beginComment()
      return
    }
    goesOn = false
    if (byte === backslash) goesOn = true
    else if (byte === comma) afterComma()
    else if (byte === closeParenthesis) closeList()
    else if (isQuote(byte)) beginQuoted(byte)
    else if (byte === openParenthesis || byte === equals) state = between
    else if (depth > 0) beginBare(byte)
    else beginWord(byte, false)
  }

  function beginWord(byte: number, beginsStatement: boolean): void {
    if (!beginsStatement) endsInComma = false
    goesOn = false
    wordBeginsStatement = beginsStatement
    word[0] = byte
    wordLength = 1
    state = inWord
  }

  /** The word was followed by no `=`: the first of a statement is its keyword, any other a unit. */
  function endWord(): void {
    state = between
    if (wordBeginsStatement) beginKeyword(upperCase(word, wordLength))
  }

  function beginKeyword(keyword: string): void {
    beginStatement(keyword)
    state = between
    if (keyword === 'ENDCASE') {
      endStatement()
      done = true
    }
  }

  function makeKey(): void {
    if (wordBeginsStatement && !(endsInComma && statementIsOpen)) beginStatement('')
    const last = key
    key = word
    keyLength = wordLength
    keyText = null
    word = last
    depth = 0
    endsInComma = false
    goesOn = false
    state = beforeValue
  }

  /** `(a, KEY=b`: the list was never closed. */
  function keyInsteadOfItem(): void {
    handler.onUnclosed('list', line)
    wordLength = Math.min(value.length, maxWordBytes + 1)
    for (let i = 0; i < Math.min(wordLength, maxWordBytes); i += 1) word[i] = value.bytes[i] as number
    wordBeginsStatement = false
    makeKey()
  }

  function beginStatement(keyword: string): void {
    endStatement()
    statementIsOpen = true
    statementLine = line
    keyLength = 0
    keyText = null
    handler.onKeyword(keyword, line)
  }

  function endStatement(): void {
    if (depth > 0) handler.onUnclosed('list', statementLine)
    if (statementIsOpen) handler.onStatementEnd()
    statementIsOpen = false
    endsInComma = false
    depth = 0
    state = atStart
  }

  function beginQuoted(byte: number): void {
    quote = byte
    state = inQuotes
    beginValue(1)
  }

  function beginBare(byte: number): void {
    depthInBare = byte === openParenthesis ? 1 : 0
    state = inBare
    beginValue(0)
    appendByte(value, byte)
  }

  function beginValue(skipped: number): void {
    endsInComma = false
    goesOn = false
    mayBeKeyword = false
    value.length = 0
    value.isCut = false
    value.line = line
    value.bytesBefore = position + skipped - lineStart
    value.continuationsBefore = continuations
  }

  /** A `\` at the end of a bare value belongs to the line, if this ends here. Whether a word is an item the next line may tell. */
  function finishBare(): void {
    goesOn = takeOffBackslash(value) || goesOn
    if (!mayBeKeyword || !isWord(value)) finishValue(value.length === 0 ? beforeValue : between)
    else if (goesOn) state = afterItem
    else beginKeyword(upperCase(value.bytes, value.length))
  }

  function finishValue(next: number): void {
    state = next
    trimBlanks(value)
    if (value.length > 0 && statementIsOpen) handler.onValue(value)
  }

  function afterComma(): void {
    endsInComma = true
    state = depth > 0 ? beforeValue : between
  }

  function closeList(): void {
    if (depth > 0) depth -= 1
    endsInComma = false
    state = between
  }

  function beginComment(): void {
    stateBeforeComment = state
    state = inComment
  }

  function endLine(): void {
    if (state === inComment) state = stateBeforeComment
    if (state === inBare || (state === afterItem && !lineIsComment)) finishBare()
    const quotesGoOn = state === inQuotes && !lineIsEmpty && takeOffBackslash(value)
    if (state === inQuotes && !quotesGoOn) breakOffQuotes()
    if (!goesOn && !quotesGoOn && !lineIsComment) endStatementLine()
    goesOn = false
    line += 1
    continuations = 0
    lineIsEmpty = true
    lineIsComment = false
  }

  function breakOffQuotes(): void {
    handler.onUnclosed('quotes', value.line)
    cutAtCommaOrComment(value)
    finishValue(between)
  }

  function endStatementLine(): void {
    if (lineIsEmpty && state !== atStart) breakOffStatement(needsMore())
    else {
      endLastWord()
      if (endsInComma && statementIsOpen && !lineIsEmpty) state = atStart
      else if (state !== atStart || lineIsEmpty) endStatement()
    }
  }

  /** A `\` after a whole value, before an empty line, is one too many and does no harm. */
  function needsMore(): boolean {
    return endsInComma || state === beforeValue || (state === afterWord && wordBeginsStatement)
  }

  function breakOffStatement(isUnfinished: boolean): void {
    endLastWord()
    if (isUnfinished && statementIsOpen && depth === 0) handler.onUnclosed('statement', statementLine)
    endStatement()
  }

  function endLastWord(): void {
    if (state === inWord || state === afterWord) endWord()
  }

  return {
    read,
    pass(bytes, lines) {
      position += bytes
      line += lines
      lineStart = position
      afterCarriageReturn = false
    },
    end() {
      if (done) return
      if (state === inComment) state = stateBeforeComment
      if (state === inBare || state === afterItem) finishBare()
      const isUnfinished = goesOn || (lineIsEmpty && state !== atStart && state !== inQuotes)
      goesOn = false
      if (state === afterItem) finishBare()
      if (state === inQuotes) {
        takeOffBackslash(value)
        breakOffQuotes()
      }
      breakOffStatement(isUnfinished)
    },
  }
}

/** What may follow an item that may be a keyword, but no keyword; a quote shows that a comma is lacking. */
function endsItem(byte: number): boolean {
  return byte === comma || byte === closeParenthesis || isQuote(byte)
}

/** Empty for a word that is longer than any keyword. */
function upperCase(bytes: Uint8Array, length: number): string {
  return length > maxWordBytes
    ? ''
    : Buffer.from(bytes.buffer, bytes.byteOffset, length).toString('latin1').toUpperCase()
}
