/** Why a file cannot be read as a PVT table, as the end of a sentence that begins with its name. */
export interface TableFault {
  message: string
  line: number | null
}

/** So much is kept to know what a table is that no `PVTTABLE` begins. */
const headBytes = 8_192

/** The beginning of a file that may be a PVT table. */
export function createPvtTableHead() {
  let head = Buffer.alloc(0)
  return {
    read(chunk: Uint8Array): void {
      if (head.length < headBytes) head = Buffer.concat([head, chunk.subarray(0, headBytes - head.length)])
    },
    isBinary: () => head.includes(0),
    /** Null where it is the older fixed form: a line of text, then the numbers of pressures and temperatures. */
    fixedFormFault(): TableFault | null {
      const lines = linesOf(head.toString('latin1'))
      if (lines.length === 0) return { message: 'is empty', line: null }
      if (lines.slice(1, 7).some(holdsGridSize)) return null
      const message = 'begins with neither PVTTABLE nor the head of the older fixed form'
      return { message, line: 1 }
    },
  }
}

function linesOf(text: string): string[] {
  return text
    .split(/[\r\n]/u)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('!'))
}

function holdsGridSize(line: string): boolean {
  const numbers = line
    .split(/\s/u)
    .filter((word) => word !== '')
    .map(Number)
  const [pressures = 0, temperatures = 0] = numbers
  return (
    [pressures, temperatures].every((count) => Number.isInteger(count) && count > 0) &&
    !numbers.some(Number.isNaN)
  )
}
