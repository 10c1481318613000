import { type Finding, finding } from './catalogue.ts'
import { quoteContent } from './check.ts'

/** In EnergyPlus's order and spelling; it reads `HOLIDAYS/DAYLIGHT SAVING` with and without an S. */
const headerNames = [
  'LOCATION',
  'DESIGN CONDITIONS',
  'TYPICAL/EXTREME PERIODS',
  'GROUND TEMPERATURES',
  'HOLIDAYS/DAYLIGHT SAVING',
  'COMMENTS 1',
  'COMMENTS 2',
  'DATA PERIODS',
]

export const headerLines = headerNames.length

/** What is wrong with header line `line`, of which `start` has the first bytes; null where nothing is. */
export function headerFault(line: number, start: string): Finding | null {
  const name = headerNames[line - 1] ?? ''
  const text = start.trimStart()
  const isComment = name.startsWith('COMMENTS')
  const rest = text.startsWith(name) ? text.slice(name.length) : null
  if (rest !== null && (rest.includes(',') || (isComment && rest.trim() === ''))) return null
  const found =
    text.trim() === '' ? 'nothing' : quoteContent((text.split(',', 1)[0] ?? '').trim().slice(0, 40))
  return finding('epw_header', { line, found, needed: JSON.stringify(isComment ? name : `${name},`) })
}

/** Records an hour of the line `DATA PERIODS,<periods>,<records an hour>,…`; a finding where it does not say. */
export function recordsAnHour(line: number, start: string): number | Finding {
  const [, periods, records] = start.split(',').map((field) => field.trim())
  const count = Number(records)
  if (
    /^[1-9]\d{0,3}$/.test(periods ?? '') &&
    /^\d{1,2}$/.test(records ?? '') &&
    count > 0 &&
    60 % count === 0
  ) {
    return count
  }
  const found = quoteContent(start.trim().split(',').slice(0, 3).join(',').slice(0, 40))
  return finding('epw_data_periods', { line, found })
}

export function missingHeader(linesSeen: number): Finding {
  const next = headerNames[linesSeen] ?? ''
  return finding('epw_header_missing', { line: linesSeen, needed: JSON.stringify(next) })
}
