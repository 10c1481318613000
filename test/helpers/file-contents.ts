/** A weather file: `rows` rows, each made by `row`, under a header that `header` may change. */
export function weatherFile(
  options: {
    rows?: number
    row?: (index: number) => string
    header?: (lines: string[]) => string[]
    lineEnd?: string
  } = {},
): string {
  const { rows = 24, row = () => weatherRow(), header = (lines) => lines, lineEnd = '\n' } = options
  const lines = [...header([...weatherHeader]), ...Array.from({ length: rows }, (_, i) => row(i))]
  return lines.map((line) => `${line}${lineEnd}`).join('')
}

const weatherHeader = [
  'LOCATION,Chicago Ohare Intl Ap,IL,USA,TMY3,725300,41.98,-87.92,-6.0,201.0',
  'DESIGN CONDITIONS,0',
  'TYPICAL/EXTREME PERIODS,0',
  'GROUND TEMPERATURES,0',
  'HOLIDAYS/DAYLIGHT SAVINGS,No,0,0,0',
  'COMMENTS 1,made for a test',
  'COMMENTS 2,',
  'DATA PERIODS,1,1,Data,Sunday, 1/ 1,12/31',
]

export function weatherRow(fields = 35): string {
  return Array.from({ length: fields }, (_, i) => (i === 5 ? '?9?9?9' : `${i}`)).join(',')
}
