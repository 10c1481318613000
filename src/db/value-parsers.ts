import pg from 'pg'

const oid = { int8: 20, textArray: 1009, int8Array: 1016, date: 1082 }

/** int8 as a number, as sizes and ids are; a value that a number cannot hold exactly is an error. */
function parseInt8(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) {
    throw new RangeError(
      `The database returned the integer ${text}, which is larger than a number holds exactly`,
    )
  }
  return value
}

const parseTextArray = pg.types.getTypeParser(oid.textArray, 'text') as (text: string) => (string | null)[]

const parsers = new Map<number, (text: string) => unknown>([
  [oid.int8, parseInt8],
  [oid.int8Array, (text) => parseTextArray(text).map((item) => (item === null ? null : parseInt8(item)))],
  // pg would make a Date at midnight of the process' own time zone.
  [oid.date, (text) => text],
])

/** How columns become values: timestamptz is a Date, json is parsed, numeric stays text. */
export const columnParsers: pg.CustomTypesConfig = {
  getTypeParser(id: number, format?: 'text' | 'binary') {
    const parser = format === 'binary' ? undefined : parsers.get(id)
    return parser ?? pg.types.getTypeParser(id, format ?? 'text')
  },
}
