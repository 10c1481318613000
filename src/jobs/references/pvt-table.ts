import { createEncodingWatch } from './file-text.ts'
import { createKeywordTextReader } from './keyword-text.ts'
import { createPvtTableHead, type TableFault } from './pvt-table-head.ts'
import { bytesOf, wordOf } from './text-value.ts'

export interface PvtTable {
  /** Of the fluids in it; null for the older fixed form, whose fluids have numbers instead. */
  labels: string[] | null
  fault: TableFault | null
}

/** More than any table has. */
const maxFluids = 1_000

interface Fluid {
  label: Buffer
  line: number
  columns: number
  pressures: number
  temperatures: number
  isStandardMesh: boolean
  /** Of all its points. */
  values: number
}

/**
 * Reads a PVT table once, as a stream: `PVTTABLE LABEL=…` with its grid and then `PVTTABLE POINT=(…)` for each point, or
 * the older fixed form. Nothing is said of the numbers themselves. Throws only what `content` throws.
 */
export async function readPvtTable(content: AsyncIterable<Uint8Array>): Promise<PvtTable> {
  const fluids: Fluid[] = []
  let pointFault: TableFault | null = null
  let isTable = false
  let unclosedLine: number | null = null
  let line = 1
  let values = 0

  const reader = createKeywordTextReader({
    onKeyword(keyword, beginsAt) {
      if (keyword === 'PVTTABLE') isTable = true
      line = beginsAt
      values = 0
      unclosedLine = null
    },
    onValue(value) {
      if (!isTable) return
      const key = value.key()
      if (key === 'POINT') values += 1
      else if (key === 'LABEL' && fluids.length < maxFluids) {
        fluids.push({ ...emptyFluid, label: bytesOf(value), line: value.line })
      }
      const fluid = fluids.at(-1)
      if (fluid === undefined) return
      if (key === 'COLUMNS') fluid.columns += 1
      else if (key === 'PRESSURE') fluid.pressures += 1
      else if (key === 'TEMPERATURE') fluid.temperatures += 1
      else if (key === 'MESHTYPE') fluid.isStandardMesh = wordOf(value) === 'STANDARD'
    },
    onStatementEnd() {
      const fluid = fluids.at(-1)
      if (fluid === undefined) return
      fluid.values += values
      if (values === 0 || fluid.columns === 0 || values % fluid.columns === 0) return
      const message = `has ${values} values for ${fluid.columns} columns in the point on line ${line}`
      pointFault ??= { message, line }
    },
    onUnclosed(_what, beginsAt) {
      unclosedLine = beginsAt
    },
  })

  const watch = createEncodingWatch()
  const head = createPvtTableHead()
  for await (const chunk of content) {
    watch.read(chunk)
    head.read(chunk)
    if (head.isBinary()) return { labels: null, fault: { message: 'is not text', line: null } }
    reader.read(chunk)
  }
  reader.end()

  if (!isTable) return { labels: null, fault: head.fixedFormFault() }
  const labels = fluids.map(({ label }) => label.toString(watch.encoding() === 'utf8' ? 'utf8' : 'latin1'))
  if (unclosedLine !== null) {
    const message = `ends in the middle of what begins on line ${unclosedLine}`
    return { labels, fault: { message, line: unclosedLine } }
  }
  return { labels, fault: pointFault ?? gridFault(fluids, labels) }
}

const emptyFluid = { columns: 0, pressures: 0, temperatures: 0, isStandardMesh: true, values: 0 }

/** A table that announces no grid is held to none. */
function gridFault(fluids: Fluid[], labels: string[]): TableFault | null {
  for (const [
    index,
    { line, columns, pressures, temperatures, isStandardMesh, values },
  ] of fluids.entries()) {
    const announced = pressures * temperatures
    if (values === 0 && (columns > 0 || announced > 0)) {
      return { message: `has no points for the fluid "${labels[index]}"`, line }
    }
    const points = columns === 0 ? announced : values / columns
    if (isStandardMesh && points < announced) {
      const message = `has ${points} of the ${announced} points of the fluid "${labels[index]}"`
      return { message, line }
    }
  }
  return null
}
