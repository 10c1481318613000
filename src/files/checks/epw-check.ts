import { type Finding, finding } from './catalogue.ts'
import type { ContentCheck } from './check.ts'
import { headerFault, headerLines, missingHeader, recordsAnHour } from './epw-header.ts'

const fieldsInRow = 35
/** More of a header line than its name and the counts of `DATA PERIODS` is not looked at. */
const headerStartBytes = 160

/** A weather file of EnergyPlus: eight header lines, then rows of 35 fields for whole days. */
export function epwCheck(): ContentCheck {
  const findings: Finding[] = []
  const start = Buffer.alloc(headerStartBytes)
  let startLength = 0
  let line = 1
  let commas = 0
  /** Whether the line so far is blank; only looked at while it has no comma. */
  let isBlank = true
  let blankLine = 0
  let rows = 0
  let lastRow = 0
  let rowsInHour = 1
  const isDone = () => findings.length > 0

  function endHeaderLine(): void {
    const text = start.toString('latin1', 0, startLength)
    const fault = headerFault(line, text)
    if (fault !== null) findings.push(fault)
    else if (line === headerLines) {
      const records = recordsAnHour(line, text)
      if (typeof records === 'number') rowsInHour = records
      else findings.push(records)
    }
    startLength = 0
    line += 1
  }

  function endRow(): void {
    if (commas === 0 && isBlank) {
      // Blank lines after the last row are harmless, so one is told of when a row follows.
      if (blankLine === 0) blankLine = line
    } else {
      if (blankLine !== 0) findings.push(finding('epw_blank_line', { line: blankLine }))
      else if (commas + 1 !== fieldsInRow) {
        findings.push(finding('epw_fields', { line, found: commas + 1, needed: fieldsInRow }))
      }
      rows += 1
      lastRow = line
    }
    commas = 0
    isBlank = true
    line += 1
  }

  /** Answers where the rows begin in the chunk. */
  function readHeader(chunk: Buffer): number {
    let i = 0
    while (line <= headerLines && i < chunk.length && !isDone()) {
      const found = chunk.indexOf(0x0a, i)
      const end = found === -1 ? chunk.length : found
      startLength += chunk.copy(start, startLength, i, end)
      if (found !== -1) endHeaderLine()
      i = end + 1
    }
    return i
  }

  return {
    push(chunk) {
      if (isDone()) return
      let i = readHeader(chunk)
      while (i < chunk.length && !isDone()) {
        const found = chunk.indexOf(0x0a, i)
        const end = found === -1 ? chunk.length : found
        commas += commasIn(chunk, i, end)
        if (commas === 0 && isBlank) isBlank = isBlankText(chunk, i, end)
        i = end + 1
        if (found === -1) return
        endRow()
      }
    },
    end() {
      if (!isDone() && line <= headerLines && startLength > 0) endHeaderLine()
      if (isDone()) return findings
      if (line <= headerLines) return [missingHeader(line - 1)]
      if (commas > 0 || !isBlank) endRow()
      if (isDone()) return findings
      const rowsInDay = 24 * rowsInHour
      if (rows === 0) return [finding('epw_no_rows')]
      if (rows % rowsInDay !== 0)
        return [finding('epw_part_day', { line: lastRow, found: rows, needed: rowsInDay })]
      return []
    },
  }
}

/** Apart from the rest so that it runs as fast as it can. */
function commasIn(chunk: Buffer, start: number, end: number): number {
  let commas = 0
  for (let i = start; i < end; i += 1) if (chunk[i] === 0x2c) commas += 1
  return commas
}

/** Old tools end a file with the control character 0x1A. */
function isBlankText(chunk: Buffer, start: number, end: number): boolean {
  for (let i = start; i < end; i += 1) {
    const byte = chunk[i]
    if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d && byte !== 0x1a) return false
  }
  return true
}
