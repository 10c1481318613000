import { createEncodingWatch } from './file-text.ts'
import { createKeywordTextReader, type KeywordTextValue } from './keyword-text.ts'
import { maxReferences, type ReferenceScanner, type ScanRemark } from './reference-scanner.ts'
import { createRelevantLines } from './relevant-lines.ts'
import { bytesOf, wordOf } from './text-value.ts'

/**
 * Values with these extensions name files wherever they stand. `.out` does so only under a `…FILE` key, since
 * `SEPARATOR.OUT` may be a terminal. All have three letters, which `extensionOf` counts on.
 */
const inputExtensions = ['tab', 'rsw', 'wax', 'hyd', 'csv', 'dat', 'inp', 'tpl', 'ppl', 'plt']
const anywhere = new Set(inputExtensions.map(extensionNumber))
const underFileKeys = new Set([...inputExtensions, 'out'].map(extensionNumber))

/** Keywords that are always read. When something in them is not closed that is told, whether they name files or not. */
const readKeywords = ['FILES', 'RESTART', 'BRANCH', 'FEED', 'BLACKOILFEED']
const marker = new RegExp(
  `\\b(?:${readKeywords.join('|')}|ENDCASE)\\b(?!=)|[.](?:out|${inputExtensions.join('|')})`,
  'gi',
)

/** Keywords of free text and of what the engine writes, keys of free text and of switches: their values are no inputs. */
const silentKeywords = new Set([
  'CASE',
  'OUTPUT',
  'OUTPUTDATA',
  'TREND',
  'TRENDDATA',
  'PROFILE',
  'PROFILEDATA',
  'PLOT',
  'ANIMATE',
  'SERVERDATA',
  'SERVERTREND',
  'SERVERPROFILE',
])
const silentKeys = new Set([
  'LABEL',
  'TAG',
  'INFO',
  'TITLE',
  'AUTHOR',
  'DESCRIPTION',
  'WRITEFILE',
  'READFILE',
])
/** A fluid may also be made in the case itself. */
const fluidKeywords = new Set(['FEED', 'BLACKOILFEED'])

interface FoundText {
  bytes: Buffer
  line: number
  bytesBefore: number
  continuationsBefore: number
}
interface FoundReference extends FoundText {
  keyword: string
  key: string
}

/** OLGA's keyword text. What is kept of it is the references; its bytes pass. */
export const scanOlga: ReferenceScanner = async (content) => {
  const references: FoundReference[] = []
  const fluids: FoundText[] = []
  const ownFluids: FoundText[] = []
  const remarks: ScanRemark[] = []
  let keyword = ''
  let ofRestart: FoundReference[] = []
  let restartReads = true
  /** Of the statement that is read: told at its end, when it is known whether it names files. */
  let unclosed: ScanRemark[] = []
  let namesFiles = false
  let lineOfFirstLeftOut: number | null = null

  const add = (list: FoundReference[], value: KeywordTextValue, key: string) => {
    if (value.isCut) return
    namesFiles = true
    if (references.length + ofRestart.length < maxReferences) list.push({ ...textOf(value), keyword, key })
    else lineOfFirstLeftOut ??= value.line
  }

  const reader = createKeywordTextReader({
    onKeyword(next) {
      keyword = next
      unclosed = []
      namesFiles = readKeywords.includes(next)
    },
    onValue(value) {
      if (keyword === 'RESTART') {
        const key = value.key()
        if (key === 'FILE') add(ofRestart, value, key)
        else if (key === 'READFILE') restartReads = wordOf(value) !== 'OFF'
      } else if (keyword === 'FILES') {
        const key = value.key()
        const isNamed = key.endsWith('FILE') && !silentKeys.has(key)
        if (isNamed || isInput(value, keyword, key)) add(references, value, key)
      } else if (keyword === 'BRANCH' && value.key() === 'FLUID') keep(fluids, value)
      else if (fluidKeywords.has(keyword) && value.key() === 'LABEL') keep(ownFluids, value)
      else if (underFileKeys.has(extensionOf(value))) {
        const key = value.key()
        if (isInput(value, keyword, key)) add(references, value, key)
      }
    },
    onStatementEnd() {
      if (namesFiles) remarks.push(...unclosed.slice(0, maxRemarks - remarks.length))
      if (keyword !== 'RESTART') return
      if (restartReads) references.push(...ofRestart)
      ofRestart = []
      restartReads = true
    },
    onUnclosed(what, line) {
      if (unclosed.length === maxRemarks) return
      const message = `${unclosedWords[what]} on line ${line} is not closed`
      unclosed.push({ severity: 'warning', code: `unclosed_${what}`, message, line })
    },
  })
  const lines = createRelevantLines(reader, marker)
  const watch = createEncodingWatch()
  for await (const chunk of content) {
    watch.read(chunk)
    lines.read(chunk)
  }
  lines.end()

  const encoding = watch.encoding()
  if (encoding === 'utf16') return { references: [], fluids: [], remarks: [utf16Remark] }
  if (lineOfFirstLeftOut !== null) remarks.push(leftOutRemark(lineOfFirstLeftOut))
  const own = new Set(ownFluids.map(({ bytes }) => bytes.toString(encoding)))
  return {
    references: references.map((found) => ({
      reference: found.bytes.toString(encoding),
      line: found.line,
      column: found.bytesBefore - (encoding === 'utf8' ? found.continuationsBefore : 0) + 1,
      keyword: found.keyword,
      key: found.key,
    })),
    fluids: fluids
      .map(({ bytes, line }) => ({ label: bytes.toString(encoding), line }))
      .filter(({ label }) => !own.has(label)),
    remarks,
  }
}

/** Enough to be told what is wrong with a file. */
const maxRemarks = 20
const unclosedWords = { quotes: 'The quoted text', list: 'The list', statement: 'The statement' }

const utf16Remark: ScanRemark = {
  severity: 'warning',
  code: 'unreadable_text',
  message: 'The case is written in UTF-16, which is not read here; save it as UTF-8',
  line: null,
}

function leftOutRemark(line: number): ScanRemark {
  const message = `The case names more than ${maxReferences.toLocaleString('en')} files; those from line ${line} on are left out`
  return { severity: 'warning', code: 'too_many_references', message, line }
}

function keep(list: FoundText[], value: KeywordTextValue): void {
  if (!value.isCut && list.length < maxReferences) list.push(textOf(value))
}

function textOf(value: KeywordTextValue): FoundText {
  const { line, bytesBefore, continuationsBefore } = value
  return { bytes: bytesOf(value), line, bytesBefore, continuationsBefore }
}

function isInput(value: KeywordTextValue, keyword: string, key: string): boolean {
  if (key === '' || silentKeywords.has(keyword) || silentKeys.has(key)) return false
  return (key.endsWith('FILE') ? underFileKeys : anywhere).has(extensionOf(value))
}

/** The three letters after the dot that ends a name, as one number, so that most values need not become text. */
function extensionOf({ bytes, length }: KeywordTextValue): number {
  if (length < 5 || bytes[length - 4] !== 0x2e) return 0
  return Buffer.from(bytes.buffer, bytes.byteOffset + length - 3, 3).readUIntBE(0, 3) | 0x202020
}

function extensionNumber(letters: string): number {
  return Buffer.from(letters).readUIntBE(0, 3)
}
