import { type Finding, type FindingCode, finding } from './catalogue.ts'
import { type ContentCheck, shownByte } from './check.ts'
import { byteKind, endOfName, endOfPlain, kindOf } from './xml-bytes.ts'
import { createDoctypeReader, type DoctypeReader } from './xml-doctype.ts'
import { createXmlElements } from './xml-elements.ts'
import { declaredEncoding, isOwnEntity, mayBeInXml, referredCharacter, shownName } from './xml-names.ts'

const maxNameBytes = 1000
const maxEntityBytes = 100
const maxDeclarationBytes = 300

const s = {
  content: 0,
  opened: 1,
  startName: 2,
  inTag: 3,
  attributeName: 4,
  equals: 5,
  openQuote: 6,
  attributeValue: 7,
  afterValue: 8,
  emptyTag: 9,
  endName: 10,
  endTag: 11,
  bang: 12,
  comment: 13,
  cdata: 14,
  target: 15,
  instruction: 16,
  entity: 17,
  doctype: 18,
} as const

const needs: readonly string[] = [
  'markup or white space',
  'a name, "/", "?" or "!" after "<" (a "<" of text is written &lt;)',
  'a name, white space, "/" or ">"',
  'an attribute, "/" or ">"',
  'an attribute\'s name and "="',
  '"="',
  "a quote before the attribute's value",
  'a value without "<" (it is written &lt;)',
  'white space, "/" or ">" after the attribute\'s value',
  '">" after "/"',
  "the end tag's name",
  '">" at the end of the end tag',
  '"<!--" or, within an element, "<![CDATA["',
  '">" (a comment may not hold "--")',
  'a character that XML may hold',
  "the processing instruction's name, then white space",
  'a character that XML may hold',
  'an entity like &amp; or &#160; (an "&" of text is written &amp;)',
  'a document type declaration',
]

const openings = ['<!--', '<![CDATA[', '<!DOCTYPE'].map((text) => text.slice(2))

/**
 * Well-formed XML 1.0, read once. Entities are never expanded and nothing is fetched; with `allowDoctype` a document
 * type declaration is read over, and the entities that it may declare are taken as they are named.
 */
export function xmlCheck({ allowDoctype }: { allowDoctype: boolean }): ContentCheck {
  const findings: Finding[] = []
  const elements = createXmlElements()
  let state: number = s.content
  let line = 1
  let isAtStart = true
  /** What is being named or collected, as far as it came in earlier chunks. */
  let kept = ''
  let endQuote = 0
  /** How many bytes of an ending (`--`, `]]`, `?`) were just seen. */
  let run = 0
  let isDeclaration = false
  let entityFrom: number = s.content
  let doctype: DoctypeReader | null = null
  let hasDoctype = false
  let isDone = false

  function stop(code: FindingCode, facts: Parameters<typeof finding>[1]): number {
    if (!isDone) findings.push(finding(code, { line, ...facts }))
    isDone = true
    return state
  }
  const fail = (byte: number, needed = needs[state] ?? '') =>
    stop('xml_syntax', { found: shownByte(byte), needed })

  /** Collects a name while bytes are of it, and answers where it ends in the piece. */
  function takeName(text: string, from: number): number {
    const i = endOfName(text, from)
    const piece = text.slice(from, Math.min(i, from + maxNameBytes + 1))
    kept = kept === '' ? piece : kept + piece
    if (kept.length > maxNameBytes)
      stop('xml_limit', { found: 'too long a name', needed: `${maxNameBytes} bytes` })
    return i
  }

  function close(name: string): void {
    const opened = elements.close(name)
    if (opened === null) return
    const found = `</${shownName(name).slice(1, -1)}>`
    if (opened === undefined) stop('xml_syntax', { found, needed: 'nothing more, since no element is open' })
    else stop('xml_tag', { found, needed: `<${shownName(opened.name).slice(1, -1)}>`, other: opened.line })
  }

  function openElement(name: string): number {
    const fault = elements.open(name, line)
    if (fault === 'second root') {
      return stop('xml_syntax', {
        found: `<${shownName(name).slice(1, -1)}>`,
        needed: 'nothing more after the root element',
      })
    }
    if (fault === 'too deep') {
      return stop('xml_limit', { found: 'too many nested elements', needed: `${elements.maxDepth} levels` })
    }
    return s.inTag
  }

  function endInstruction(): number {
    if (!isDeclaration) return s.content
    const encoding = declaredEncoding(kept)
    if (encoding === undefined) {
      return stop('xml_syntax', {
        found: 'an XML declaration',
        needed: '<?xml version="1.0" encoding="UTF-8"?>',
      })
    }
    if (encoding !== null && !/^(?:utf-?8|us-ascii|ascii)$/i.test(encoding)) {
      return stop('xml_encoding', { found: shownName(encoding) })
    }
    return s.content
  }

  function afterTarget(): number {
    const isFirst = isDeclaration
    isDeclaration = isFirst && kept === 'xml'
    if (kept.toLowerCase() !== 'xml') return s.instruction
    if (!isDeclaration) {
      return stop('xml_syntax', {
        found: 'an XML declaration',
        needed: 'other markup (a declaration stands at the very beginning)',
      })
    }
    return s.instruction
  }

  function endEntity(): number {
    const isNamed = !kept.startsWith('#') && (kindOf(kept.charCodeAt(0)) & byteKind.nameStart) !== 0
    const character = referredCharacter(kept)
    if (character !== undefined) {
      return mayBeInXml(character) ? entityFrom : stop('xml_character', { found: `&${kept};` })
    }
    if (!isOwnEntity(kept) && !(hasDoctype && isNamed)) {
      return stop('xml_entity', { found: `&${shownName(kept).slice(1, -1)};` })
    }
    return entityFrom
  }

  function bang(byte: number): number {
    kept += String.fromCharCode(byte)
    const opening = openings.find((text) => text.startsWith(kept))
    if (opening === undefined) return fail(byte)
    if (opening !== kept) return s.bang
    run = 0
    if (opening === '--') return s.comment
    if (opening === '[CDATA[') return elements.depth() > 0 ? s.cdata : fail(byte)
    if (!allowDoctype) return stop('xml_doctype', {})
    if (hasDoctype || elements.hasRoot())
      return fail(byte, 'nothing like it here; one DOCTYPE stands before the root element')
    hasDoctype = true
    doctype = createDoctypeReader()
    return s.doctype
  }

  /** One byte in any state but those that read many at once. */
  function step(byte: number): number {
    const kind = kindOf(byte)
    const isSpace = (kind & byteKind.space) !== 0
    switch (state) {
      case s.opened:
        kept = ''
        if (byte === 0x2f) return s.endName
        if (byte === 0x21) return s.bang
        if (byte === 0x3f) return s.target
        return fail(byte)
      case s.inTag:
      case s.afterValue:
        if (isSpace) return s.inTag
        if (byte === 0x2f) return s.emptyTag
        if (byte === 0x3e) return s.content
        return fail(byte)
      case s.equals:
        return byte === 0x3d ? s.openQuote : isSpace ? s.equals : fail(byte)
      case s.openQuote:
        if (isSpace) return s.openQuote
        if (byte !== 0x22 && byte !== 0x27) return fail(byte)
        endQuote = byte
        return s.attributeValue
      case s.emptyTag:
        if (byte !== 0x3e) return fail(byte)
        elements.closeLast()
        return s.content
      case s.endTag:
        return byte === 0x3e ? s.content : isSpace ? s.endTag : fail(byte)
      case s.bang:
        return bang(byte)
      case s.comment:
        if ((kind & byteKind.control) !== 0) return fail(byte, 'a character that XML may hold')
        if (run === 2) return byte === 0x3e ? s.content : fail(byte)
        run = byte === 0x2d ? run + 1 : 0
        return s.comment
      case s.cdata:
        if ((kind & byteKind.control) !== 0) return fail(byte)
        if (byte === 0x3e && run === 2) {
          run = 0
          return s.content
        }
        run = byte === 0x5d ? Math.min(2, run + 1) : 0
        return s.cdata
      case s.instruction:
        if ((kind & byteKind.control) !== 0) return fail(byte)
        if (byte === 0x3e && run === 1) {
          kept = kept.slice(0, -1)
          return endInstruction()
        }
        run = byte === 0x3f ? 1 : 0
        if (isDeclaration) kept += String.fromCharCode(byte)
        return kept.length > maxDeclarationBytes ? endInstruction() : s.instruction
      case s.entity:
        if (byte === 0x3b) return endEntity()
        if (byte !== 0x23 && (kind & byteKind.nameRest) === 0) return fail(byte)
        kept += String.fromCharCode(byte)
        return kept.length > maxEntityBytes ? fail(byte) : s.entity
      default: {
        const answer = doctype?.push(byte) ?? 'fault'
        return answer === 'more' ? s.doctype : answer === 'end' ? s.content : fail(byte)
      }
    }
  }

  /** A byte after a name, whose state is left with it. */
  function afterName(byte: number): number {
    const isSpace = (kindOf(byte) & byteKind.space) !== 0
    if (state === s.startName) {
      const next = openElement(kept)
      if (isDone || isSpace) return next
      return byte === 0x2f ? s.emptyTag : byte === 0x3e ? s.content : fail(byte)
    }
    if (state === s.attributeName) {
      if (!elements.addAttribute(kept)) return stop('xml_attribute', { found: shownName(kept) })
      return byte === 0x3d ? s.openQuote : isSpace ? s.equals : fail(byte)
    }
    if (state === s.endName) {
      if (kept === '') return fail(byte)
      close(kept)
      return byte === 0x3e ? s.content : isSpace ? s.endTag : fail(byte)
    }
    if (kept === '' || (!isSpace && byte !== 0x3f)) return fail(byte)
    const next = afterTarget()
    kept = isSpace ? ' ' : '?'
    run = isSpace ? 0 : 1
    return next
  }

  /** Reads over text or an attribute's value up to a byte that means something there. */
  function readText(text: string, from: number): number {
    const isValue = state === s.attributeValue
    let i = from
    for (;;) {
      if (run === 0) i = endOfPlain(text, i, endQuote)
      if (i >= text.length) return i
      const byte = text.charCodeAt(i)
      if (byte === 0x0a) line += 1
      else if (isValue && byte === endQuote) {
        endQuote = 0
        state = s.afterValue
        return i + 1
      } else if (byte === 0x3c && !isValue) {
        run = 0
        isDeclaration = false
        state = s.opened
        return i + 1
      } else if (byte === 0x26) {
        run = 0
        entityFrom = state
        kept = ''
        state = s.entity
        return i + 1
      } else if (byte === 0x3c) fail(byte)
      else if (byte === 0x3e && run === 2) fail(byte, '"]]&gt;" instead of "]]>" in text')
      else if ((kindOf(byte) & byteKind.control) !== 0) fail(byte, 'a character that XML may hold')
      if (isDone) return i
      run = byte === 0x5d && !isValue ? Math.min(2, run + 1) : 0
      i += 1
    }
  }

  return {
    push(chunk) {
      // One character a byte: text is cheaper to cut names from than bytes are.
      const text = chunk.toString('latin1')
      let i = 0
      while (i < text.length && !isDone) {
        if (state === s.attributeValue || (state === s.content && elements.depth() > 0)) {
          i = readText(text, i)
          continue
        }
        const byte = text.charCodeAt(i)
        const kind = kindOf(byte)
        const isNameStart = (kind & byteKind.nameStart) !== 0
        if (state === s.content) {
          if (byte === 0x3c) {
            state = s.opened
            isDeclaration = isAtStart
          } else if ((kind & byteKind.space) === 0) fail(byte)
          isAtStart = false
        } else if (isNameStart && (state === s.opened || state === s.inTag)) {
          kept = ''
          state = state === s.opened ? s.startName : s.attributeName
          continue
        } else if (
          state === s.startName ||
          state === s.attributeName ||
          state === s.endName ||
          state === s.target
        ) {
          if (kept === '' && !isNameStart) {
            fail(byte)
            return
          }
          i = takeName(text, i)
          if (i === text.length || isDone) continue
          const after = text.charCodeAt(i)
          state = afterName(after)
          if (after === 0x0a) line += 1
          i += 1
          continue
        } else {
          state = step(byte)
        }
        if (byte === 0x0a) line += 1
        i += 1
      }
    },
    end() {
      if (isDone) return findings
      const open = elements.last()
      const needed = open === undefined ? 'a root element' : `its end tag`
      if (state !== s.content) {
        return [finding('xml_unfinished', { line, found: 'within markup', needed: 'the rest of it' })]
      }
      if (open !== undefined) {
        const found = `within <${shownName(open.name).slice(1, -1)}> of line ${open.line}`
        return [finding('xml_unfinished', { line, found, needed })]
      }
      return elements.hasRoot()
        ? []
        : [finding('xml_unfinished', { line, found: 'without an element', needed })]
    },
  }
}
