import { displayWidth, printable, shorten } from './display-width.ts'
import { type CliIo, columnsOf, paint, print, type Style } from './io.ts'

type Cell = string | number | boolean | null | undefined

export interface Column<Row> {
  title: string
  /** Null is nothing known, and undefined nothing to say. */
  cell: (row: Row) => Cell
  align?: 'right'
  /** Gives way where the terminal is narrow. */
  shrinks?: boolean
  style?: (row: Row) => Style | undefined
}

const gap = '  '
const narrowest = 12

/** Prints pages of rows under one heading; the first page decides the widths. A pipe gets every cell whole. */
export function createTable<Row>(io: CliIo, columns: readonly Column<Row>[]) {
  let widths: number[] | undefined
  return {
    async print(rows: readonly Row[]): Promise<void> {
      const cells = rows.map((row) => columns.map((column) => textOf(column.cell(row))))
      if (widths === undefined) {
        widths = fitWidths(io, columns, cells)
        const titles = columns.map((column) => column.title.toUpperCase())
        await print(io.out, `${paint(io, io.out, 'dim', lineOf(io, columns, widths, titles, []))}\n`)
      }
      for (const [index, row] of rows.entries()) {
        const styles = columns.map((column) => column.style?.(row))
        await print(io.out, `${lineOf(io, columns, widths, cells[index] ?? [], styles)}\n`)
      }
    },
  }
}

/** One line for each field of one thing, its names aligned. */
export async function printFields(
  io: CliIo,
  fields: readonly (readonly [string, string | number | boolean | null])[],
): Promise<void> {
  const width = Math.max(...fields.map(([name]) => displayWidth(name)))
  for (const [name, value] of fields) {
    await print(io.out, `${paint(io, io.out, 'dim', pad(name, width))}${gap}${textOf(value)}\n`)
  }
}

/** A table below its own title; nothing where there are no rows. */
export async function printPart<Row>(
  io: CliIo,
  title: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): Promise<void> {
  if (rows.length === 0) return
  await print(io.out, `\n${paint(io, io.out, 'bold', title)}\n`)
  await createTable(io, columns).print(rows)
}

function textOf(value: Cell): string {
  if (value === undefined) return ''
  return value === null || value === '' ? '-' : printable(String(value))
}

function fitWidths<Row>(io: CliIo, columns: readonly Column<Row>[], cells: readonly string[][]): number[] {
  const widths = columns.map((column, index) =>
    Math.max(column.title.length, ...cells.map((row) => displayWidth(row[index] ?? ''))),
  )
  if (io.out.isTTY !== true) return widths
  const available = columnsOf(io.out) - gap.length * (columns.length - 1)
  for (;;) {
    const excess = widths.reduce((sum, width) => sum + width, 0) - available
    const widest = widestShrinking(columns, widths)
    if (excess <= 0 || widest === undefined) return widths
    widths[widest] = (widths[widest] ?? 0) - 1
  }
}

function widestShrinking<Row>(
  columns: readonly Column<Row>[],
  widths: readonly number[],
): number | undefined {
  let widest: number | undefined
  for (const [index, column] of columns.entries()) {
    const width = widths[index] ?? 0
    if (column.shrinks === true && width > narrowest && width > (widths[widest ?? -1] ?? 0)) widest = index
  }
  return widest
}

function lineOf<Row>(
  io: CliIo,
  columns: readonly Column<Row>[],
  widths: readonly number[],
  cells: readonly string[],
  styles: readonly (Style | undefined)[],
): string {
  const end = cells.findLastIndex((cell) => cell !== '') + 1
  return columns
    .slice(0, end)
    .map((column, index) => {
      const width = widths[index] ?? 0
      const cell = cells[index] ?? ''
      // What does not shrink is worth more than its alignment, should a later page need more room.
      const text = io.out.isTTY === true && column.shrinks === true ? shorten(cell, width) : cell
      const last = index === end - 1 && column.align === undefined
      const padded = last ? text : pad(text, width, column.align)
      return paint(io, io.out, styles[index], padded)
    })
    .join(gap)
}

function pad(text: string, width: number, align?: 'right'): string {
  const space = ' '.repeat(Math.max(0, width - displayWidth(text)))
  return align === 'right' ? `${space}${text}` : `${text}${space}`
}
