type Severity = 'error' | 'warning' | 'info'

/** One thing that a check found, with its place; `message` ends a sentence that begins with the file's name or field. */
export interface Finding {
  code: FindingCode
  severity: Severity
  message: string
  /** From 1; null where the finding is the whole file's or a byte's. */
  line: number | null
  /** From 0, of the first byte at fault; null where the line says it. */
  offset: number | null
}

interface Entry {
  severity: Severity
  /** What it means, for `docs/file-types.md`; a test holds the two together. */
  meaning: string
  /** What was found and what is needed. */
  sentence: (facts: Facts) => string
}

/** What sentences are made of; texts of the content come quoted. */
interface Facts {
  line?: number
  offset?: number
  found?: string | number
  needed?: string | number
  other?: string | number
}

const many = (count: string | number | undefined, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`

/** Everything that a look at content can find. */
export const catalogue = {
  empty: {
    severity: 'error',
    meaning: 'The file has no bytes',
    sentence: () => 'is empty; a file with content is needed',
  },
  known_binary: {
    severity: 'error',
    meaning: 'A program, archive, image or document is named as text',
    sentence: ({ found, needed }) => `is ${found} by its first bytes, and a file of type ${needed} is text`,
  },
  wrong_encoding: {
    severity: 'error',
    meaning: 'The byte order mark is that of UTF-16 or UTF-32',
    sentence: ({ found }) => `begins with the byte order mark of ${found}; save it as UTF-8`,
  },
  nul_byte: {
    severity: 'error',
    meaning: 'There is a NUL byte in text',
    sentence: ({ offset }) => `has a NUL byte at offset ${offset}, and text has none`,
  },
  not_utf8: {
    severity: 'error',
    meaning: 'A byte is not part of valid UTF-8',
    sentence: ({ offset, found }) =>
      `has the byte ${found} at offset ${offset}, which is not valid UTF-8; save it as UTF-8`,
  },
  latin1: {
    severity: 'info',
    meaning: 'A weather file is not UTF-8 and is read as Latin-1, for the names of places',
    sentence: ({ offset, found }) =>
      `is read as Latin-1, since the byte ${found} at offset ${offset} is not valid UTF-8`,
  },
  byte_order_mark: {
    severity: 'warning',
    meaning: 'A weather file begins with a byte order mark, before `LOCATION`',
    sentence: () => 'begins with a byte order mark, which EnergyPlus may not read over; save it without one',
  },
  epw_header: {
    severity: 'error',
    meaning: 'A header line of a weather file is not the one that belongs there',
    sentence: ({ line, found, needed }) => `line ${line} begins with ${found}, and ${needed} is needed there`,
  },
  epw_header_missing: {
    severity: 'error',
    meaning: 'A weather file ends before its eighth header line',
    sentence: ({ line, needed }) =>
      `ends after line ${line}, before its header line ${needed}; eight are needed`,
  },
  epw_data_periods: {
    severity: 'error',
    meaning: 'The header does not say how many records an hour has',
    sentence: ({ line, found }) =>
      `line ${line} begins with ${found}; "DATA PERIODS", a count of periods and a count of records an hour that divides 60 are needed`,
  },
  epw_fields: {
    severity: 'error',
    meaning: 'A row of weather data has not 35 fields',
    sentence: ({ line, found, needed }) =>
      `line ${line} has ${many(found, 'field')}, and every row of weather data has ${needed}`,
  },
  epw_blank_line: {
    severity: 'error',
    meaning: 'There is a blank line between rows of weather data',
    sentence: ({ line }) =>
      `line ${line} is blank, and EnergyPlus stops reading there; rows need to follow one another`,
  },
  epw_no_rows: {
    severity: 'error',
    meaning: 'A weather file has a header and no rows',
    sentence: () => 'has no rows of weather data after its header; whole days of them are needed',
  },
  epw_part_day: {
    severity: 'error',
    meaning: 'The rows do not make whole days',
    sentence: ({ line, found, needed }) =>
      `ends at line ${line} with ${many(found, 'row')} of weather data, and whole days of ${needed} rows are needed`,
  },
  csv_no_rows: {
    severity: 'error',
    meaning: 'There is no row in the table',
    sentence: () => 'holds only blank lines; at least one row is needed',
  },
  csv_columns: {
    severity: 'error',
    meaning: 'A row has more or fewer columns than the first',
    sentence: ({ line, found, needed, other }) =>
      `line ${line} has ${many(found, 'column')}, and line ${other} has ${needed}; every row needs as many`,
  },
  csv_quote: {
    severity: 'error',
    meaning: 'A quoted field is followed by something other than a delimiter or a line end',
    sentence: ({ line }) =>
      `line ${line} has text after a closing quote; a quote inside a quoted field needs to be doubled`,
  },
  csv_open_quote: {
    severity: 'error',
    meaning: 'A quoted field is never closed',
    sentence: ({ line }) =>
      `ends within a quoted field that begins in line ${line}; a closing quote is needed`,
  },
  json_syntax: {
    severity: 'error',
    meaning: 'The text is not JSON (RFC 8259)',
    sentence: ({ line, found, needed }) => `line ${line} has ${found} where ${needed} is needed`,
  },
  json_unfinished: {
    severity: 'error',
    meaning: 'The text ends before its JSON value is complete',
    sentence: ({ line, needed }) => `ends in line ${line} where ${needed} is needed`,
  },
  json_depth: {
    severity: 'error',
    meaning: 'Objects and lists are nested too deep',
    sentence: ({ line, needed }) => `line ${line} is nested deeper than ${needed}, which is the most allowed`,
  },
  json_duplicate_key: {
    severity: 'error',
    meaning: 'An object has a key twice; readers differ on which one counts',
    sentence: ({ line, found }) =>
      `line ${line} has the key ${found} a second time in one object; keys need to differ`,
  },
  xml_syntax: {
    severity: 'error',
    meaning: 'The text is not well-formed XML 1.0',
    sentence: ({ line, found, needed }) => `line ${line} has ${found} where ${needed} is needed`,
  },
  xml_unfinished: {
    severity: 'error',
    meaning: 'The document ends before its root element does, or has none',
    sentence: ({ line, found, needed }) => `ends in line ${line} ${found}; ${needed} is needed`,
  },
  xml_tag: {
    severity: 'error',
    meaning: 'An end tag is not that of the element that is open',
    sentence: ({ line, found, needed, other }) =>
      `line ${line} closes ${found}, and ${needed} of line ${other} is open`,
  },
  xml_attribute: {
    severity: 'error',
    meaning: 'An element has an attribute twice',
    sentence: ({ line, found }) =>
      `line ${line} has the attribute ${found} a second time; names need to differ`,
  },
  xml_entity: {
    severity: 'error',
    meaning: 'An entity other than the five of XML is used; none is ever expanded',
    sentence: ({ line, found }) =>
      `line ${line} uses the entity ${found}; only &amp; &lt; &gt; &apos; &quot; and character references are allowed`,
  },
  xml_character: {
    severity: 'error',
    meaning: 'A character is referred to that no XML may hold, also not by its number',
    sentence: ({ line, found }) =>
      `line ${line} refers with ${found} to a character that XML 1.0 cannot hold; leave it out`,
  },
  xml_doctype: {
    severity: 'error',
    meaning: 'There is a document type declaration, which this file may not have',
    sentence: ({ line }) => `line ${line} has a DOCTYPE, which is not allowed here; leave it out`,
  },
  xml_encoding: {
    severity: 'error',
    meaning: 'The XML declaration names an encoding other than UTF-8',
    sentence: ({ line, found }) =>
      `line ${line} declares the encoding ${found}; save it as UTF-8 and declare that`,
  },
  xml_limit: {
    severity: 'error',
    meaning: 'Elements are nested too deep, or a name is too long',
    sentence: ({ line, found, needed }) => `line ${line} has ${found}; ${needed} at most are allowed`,
  },
} as const satisfies Record<string, Entry>

export type FindingCode = keyof typeof catalogue

/** A finding of the catalogue; its facts give its sentence and its place. */
export function finding(code: FindingCode, facts: Facts = {}): Finding {
  const { severity, sentence }: Entry = catalogue[code]
  return { code, severity, message: sentence(facts), line: facts.line ?? null, offset: facts.offset ?? null }
}
