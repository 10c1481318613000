import { displayWidth, shorten } from './display-width.ts'
import { formatBytes } from './format-bytes.ts'
import { type CliIo, columnsOf } from './io.ts'

export interface Progress {
  advance(by: number): void
  /** Begins again at `done`, as a transfer does that has to. */
  reset(done: number): void
  /** Takes the bar away, so that what comes next stands where it stood. */
  end(): void
}

export interface ProgressOptions {
  label: string
  /** Null where nobody knows. */
  total: number | null
  unit: 'bytes' | 'files'
}

const redrawMs = 100
const eraseLine = '\r\u001b[2K'
const barCells = 24
const silent: Progress = { advance() {}, reset() {}, end() {} }

/** A bar with counts, on standard error and only where that is a terminal. */
export function createProgress(io: CliIo, options: ProgressOptions): Progress {
  if (io.err.isTTY !== true) return silent
  const startedAt = Date.now()
  let done = 0
  let drawnAt = 0
  const draw = () => {
    drawnAt = Date.now()
    const seconds = Math.max(0.001, (drawnAt - startedAt) / 1000)
    const line = progressLine({ ...options, done, perSecond: done / seconds }, columnsOf(io.err))
    io.err.write(`${eraseLine}${line}`)
  }
  return {
    advance(by) {
      done += by
      if (Date.now() - drawnAt >= redrawMs) draw()
    },
    reset(to) {
      done = to
      draw()
    },
    end() {
      if (drawnAt > 0) io.err.write(eraseLine)
    },
  }
}

export function progressLine(
  state: ProgressOptions & { done: number; perSecond: number },
  columns: number,
): string {
  const { label, total, unit, done } = state
  const show = unit === 'bytes' ? formatBytes : (count: number) => count.toLocaleString('en')
  const rate = `${show(Math.round(state.perSecond))}${unit === 'bytes' ? '' : ' files'}/s`
  if (total === null) return `${label}  ${show(done)}  ${rate}`.slice(0, columns - 1)
  const share = total === 0 ? 1 : Math.min(1, done / total)
  const filled = Math.round(share * barCells)
  const bar = `${'█'.repeat(filled)}${'░'.repeat(barCells - filled)}`
  const counts = `${String(Math.floor(share * 100)).padStart(3)}%  ${show(done)} of ${show(total)}  ${rate}`
  const full = `${label}  ${bar}  ${counts}`
  return displayWidth(full) < columns ? full : counts.slice(0, columns - 1)
}

const turns = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']

/** Shows that something of which nobody knows how far it is goes on, and for how long; where a bar would stand. */
export async function whileWaiting<T>(
  io: CliIo,
  label: string,
  work: () => Promise<T>,
  startedAt = Date.now(),
): Promise<T> {
  if (io.err.isTTY !== true) return await work()
  let drawn = 0
  const timer = setInterval(() => {
    const seconds = Math.floor((Date.now() - startedAt) / 1000)
    const elapsed = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
    const line = `${turns[drawn % turns.length]} ${elapsed}  ${label}`
    io.err.write(`${eraseLine}${shorten(line, columnsOf(io.err) - 1)}`)
    drawn += 1
  }, redrawMs)
  try {
    return await work()
  } finally {
    clearInterval(timer)
    if (drawn > 0) io.err.write(eraseLine)
  }
}
