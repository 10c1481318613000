import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { makeIo } from '../../test/helpers/cli-io.ts'
import { AppError } from '../errors.ts'
import { formatBytes } from './format-bytes.ts'
import { printError } from './print-error.ts'
import { createProgress, progressLine, whileWaiting } from './progress.ts'
import { createTable } from './table.ts'

interface Row {
  id: number
  path: string
}
const columns = [
  { title: 'id', cell: (row: Row) => row.id, align: 'right' as const, style: () => 'red' as const },
  { title: 'path', cell: (row: Row) => row.path, shrinks: true },
]

describe('a table', () => {
  const rows = [
    { id: 1, path: '/a' },
    { id: 12345, path: `/${'x'.repeat(100)}` },
  ]

  it('is aligned, whole and plain in a pipe', async () => {
    const { io, out } = makeIo(null)
    await createTable(io, columns).print(rows)
    expect(out()).toBe(`   ID  PATH\n    1  /a\n12345  /${'x'.repeat(100)}\n`)
  })

  it('fits a terminal, in colours', async () => {
    const { io, out } = makeIo({ columns: 40 })
    await createTable(io, columns).print(rows)
    const lines = out().split('\n')
    expect(lines[2]).toBe(`\u001b[31m12345\u001b[39m  /${'x'.repeat(15)}…${'x'.repeat(16)}`)
  })

  it('has no colours where NO_COLOR is set', async () => {
    const { io, out } = makeIo({ columns: 40 }, 'never')
    await createTable(io, columns).print(rows)
    expect(out()).not.toContain('\u001b')
  })

  it('keeps its columns from page to page', async () => {
    const { io, out } = makeIo(null)
    const table = createTable(io, columns)
    await table.print([{ id: 100, path: '/a' }])
    await table.print([{ id: 1, path: '/b' }])
    expect(out()).toBe(' ID  PATH\n100  /a\n  1  /b\n')
  })
})

describe('a cell of a table', () => {
  it('is a dash where nothing is known, and blank where there is nothing to say', async () => {
    const { io, out } = makeIo(null)
    const cells = [
      [null, undefined, 'x'],
      ['a', undefined, undefined],
    ]
    const column = (index: number) => ({ title: 't', cell: (row: (typeof cells)[number]) => row[index] })
    await createTable(io, [column(0), column(1), column(2)]).print(cells)
    expect(out()).toBe('T  T  T\n-     x\na\n')
  })

  it('of a later page is not cut where its column does not shrink', async () => {
    const { io, out } = makeIo({ columns: 40 }, 'never')
    const table = createTable(io, columns)
    await table.print([{ id: 1, path: '/a' }])
    await table.print([{ id: 12345, path: '/b' }])
    expect(out()).toContain('12345  /b')
  })
})

describe('an error', () => {
  const error = new AppError('unauthorized', 'Bad', { details: [{ field: 'a', message: 'b' }] })

  it('is a sentence, its details and what to do', () => {
    const { io, err } = makeIo(null)
    printError(io, error, false)
    expect(err()).toMatch(/^waybill: Bad\n {2}a: b\nSet WAYBILL_TOKEN/)
  })

  it('says nothing twice', () => {
    const { io, err } = makeIo(null)
    const details = [{ field: 'since', message: 'is no time' }]
    printError(io, new AppError('invalid', 'since is no time', { details }), false)
    expect(err()).toBe('waybill: since is no time\n')
  })

  it('is what the server would send where JSON is asked for', () => {
    const { io, err } = makeIo(null)
    printError(io, error, true)
    expect(JSON.parse(err())).toEqual({
      error: 'Bad',
      code: 'unauthorized',
      details: [{ field: 'a', message: 'b' }],
    })
  })
})

describe('progress', () => {
  const options = { label: 'x.bin', total: 2048, unit: 'bytes' as const }

  it('says nothing where standard error is no terminal', () => {
    const { io, err } = makeIo(null)
    const progress = createProgress(io, options)
    progress.advance(10)
    progress.end()
    expect(err()).toBe('')
  })

  it('draws over itself and leaves nothing behind', () => {
    const { io, err } = makeIo({ columns: 80 })
    const progress = createProgress(io, options)
    progress.advance(1024)
    progress.end()
    const drawn = err()
    expect(drawn).toContain(`x.bin  ${'█'.repeat(12)}${'░'.repeat(12)}   50%  1.0 KB of 2.0 KB`)
    expect(drawn.startsWith('\r\u001b[2K') && drawn.endsWith('\r\u001b[2K')).toBe(true)
  })

  it('without counts tells how long it takes, and leaves nothing behind when it fails', async () => {
    const { io, err } = makeIo({ columns: 20 })
    const work = async () => {
      await sleep(250)
      throw new Error('Failed')
    }
    await expect(whileWaiting(io, 'Looking at many files', work, Date.now() - 61_000)).rejects.toThrow(
      'Failed',
    )
    const drawn = err()
    expect(drawn).toContain('\u001b[2K⠋ 1:01  ')
    expect(drawn.endsWith('\r\u001b[2K')).toBe(true)
  })

  it('without counts says nothing where standard error is no terminal', async () => {
    const { io, err } = makeIo(null)
    expect(await whileWaiting(io, 'Looking', () => sleep(150, 'found'))).toBe('found')
    expect(err()).toBe('')
  })

  it('never fills the line', () => {
    for (const width of [10, 40, 80]) {
      expect(progressLine({ ...options, done: 5, perSecond: 1 }, width).length).toBeLessThan(width)
    }
  })
})

it.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1.0 KB'],
  [1536 * 1024, '1.5 MB'],
  [250 * 1024 ** 3, '250 GB'],
])('%i bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text)
})
