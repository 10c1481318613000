import { describe, expect, it } from 'vitest'
import { makeIo } from '../../../test/helpers/cli-io.ts'
import type { AnalysisChange } from '../../contract/analysis.ts'
import type { Json } from '../../contract/json.ts'
import { createTable } from '../table.ts'
import { outputColumns } from './output-columns.ts'
import { outputLines } from './output-lines.ts'

const there = (path: string, more = {}) => ({
  ...{ id: 1, path, basename: 'x', valid: true, size: 1536, file_checksum: 'abc=', secondary_files: {} },
  ...more,
})
const absent = (path: string, state: 'missing' | 'unreachable') => ({
  ...{ path, basename: 'x', valid: false, state, reason: `Why ${state}`, secondary_files: {} },
})
const change = (at: string, state: AnalysisChange['state'], path = '/s/1'): AnalysisChange => ({
  ...{ at, state, path, seen_at: '2026-01-01T00:00:00Z', reason: `Seen ${state}` },
})
const stateOf = (outputs: Json, changes: AnalysisChange[] = [], unreachable?: Map<number, string>) =>
  outputLines({ outputs, changes }, unreachable).map(({ file }) => file && [file.state, file.reason])

async function draw(outputs: Json, terminal: { columns: number } | null = null) {
  const { io, out } = makeIo(terminal)
  const { branch, state, size, path } = outputColumns
  await createTable(io, [branch, state, size, path]).print(outputLines({ outputs, changes: [] }))
  return out().split('\n').slice(1, -1)
}

describe('a tree of outputs', () => {
  it('is drawn in its shape, companions below their primary', async () => {
    const vcf = there('/s/1', {
      secondary_files: { index: there('/s/2', { secondary_files: { md5: absent('/s/3', 'missing') } }) },
    })
    const tree = { results: { vcf, list: [there('/s/4'), 'text'] }, n: 42, none: null, empty: {}, of: [] }
    expect(await draw(tree)).toEqual([
      'results',
      '├─ vcf        there    1.5 KB  /s/1',
      '│  └─ index   there    1.5 KB  /s/2',
      '│     └─ md5  missing       -  /s/3',
      '└─ list',
      '   ├─ [0]     there    1.5 KB  /s/4',
      '   └─ [1]                      "text"',
      'n                              42',
      'none                           null',
      'empty                          {}',
      'of                             []',
    ])
  })

  it('is a single file, or nothing', async () => {
    expect(await draw(there('/s/1', { secondary_files: { i: there('/s/2') } }))).toEqual([
      'x       there  1.5 KB  /s/1',
      '└─ i    there  1.5 KB  /s/2',
    ])
    expect(await draw(null)).toEqual([])
  })

  it('cannot write to the terminal what is no text', async () => {
    expect((await draw({ 'a\u001b[2J': there('/s/\u0007') })).join()).toBe(
      'a\\u{1b}[2J  there  1.5 KB  /s/\\u{7}',
    )
  })

  it('has its states in colour on a terminal', async () => {
    const drawn = (await draw([there('/s/1'), absent('/s/2', 'missing')] as Json, { columns: 80 })).join()
    expect(drawn).toContain('\u001b[32mthere  \u001b[39m')
    expect(drawn).toContain('\u001b[31mmissing\u001b[39m')
  })

  it('names places as changes do', () => {
    const tree = { a: { list: [there('/s/1', { secondary_files: { i: there('/s/2') } })] } }
    expect(outputLines({ outputs: tree, changes: [] }).map(({ place }) => place)).toEqual([
      'a',
      'a.list',
      'a.list[0]',
      'a.list[0].secondary_files.i',
    ])
  })
})

describe('the state of an output', () => {
  it('is the one that the API tells', () => {
    expect(stateOf(absent('/s/1', 'unreachable'))).toEqual([['unreachable', 'Why unreachable']])
  })

  it.each([
    [true, ['changed'], ['changed', 'Seen changed']],
    [true, ['changed', 'gone', 'returned'], ['changed', 'Seen changed']],
    [true, ['gone', 'returned'], ['there', '']],
    [true, ['changed', 'appeared'], ['there', '']],
    [true, ['appeared', 'changed'], ['changed', 'Seen changed']],
    [false, ['changed', 'gone'], ['gone', 'Seen gone']],
  ] as const)('with valid %s after %j is %j', (valid, states, expected) => {
    const changes = states.map((state) => change('a', state))
    expect(stateOf({ a: there('/s/1', { valid }) }, changes)).toEqual([expected])
  })

  it('is not touched by changes of another place', () => {
    expect(stateOf({ a: there('/s/1') }, [change('b', 'changed')])).toEqual([['there', '']])
  })

  it('is unreachable where the ledger says so, though the API shows the file as it was', () => {
    expect(stateOf({ a: there('/s/1') }, [], new Map([[1, 'No answer']]))).toEqual([
      ['unreachable', 'No answer'],
    ])
  })
})
