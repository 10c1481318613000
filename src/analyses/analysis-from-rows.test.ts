import { describe, expect, it } from 'vitest'
import type { AnalysisRow } from './analysis.repository.ts'
import { analysisFromRows } from './analysis-from-rows.ts'
import type { OutputUseRow } from './output.repository.ts'

const at = (second: number) => new Date(Date.UTC(2025, 9, 7, 15, 0, second))
const row: AnalysisRow = {
  id: 1,
  project: 'p',
  type: 'a',
  status: 'completed',
  sequencing_group_ids: [],
  outputs: { x: { basename: '0' } },
  output: null,
  meta: {},
  active: true,
  author: null,
  timestamp_completed: null,
  created_at: at(0),
  updated_at: at(0),
}
const use: OutputUseRow = {
  analysis_id: 1,
  use_id: 1,
  primary_use_id: null,
  companion_name: null,
  file_id: 7,
  version_id: 9,
  path: '/data/x',
  basename: 'x',
  dirname: '/data',
  nameroot: 'x',
  nameext: null,
  crc32c: 'AAAAAA==',
  size_bytes: 1,
  meta: null,
  state: 'verified',
  reason: 'Seen at its path',
  checked_at: at(1),
  is_gone: false,
  place: 'x',
  appeared_at: null,
  last_event_id: null,
  created_at: at(0),
  events: null,
}
type Event = NonNullable<OutputUseRow['events']>[number]
const event = (state: Event['state'], second: number): Event => ({
  state,
  seen_at: at(second).toISOString(),
  reason: `it ${state}`,
})
const told = (own: Partial<OutputUseRow>) =>
  analysisFromRows(row, [{ ...use, ...own }], 'string').changes.map(
    ({ state, seen_at, reason }) => `${state} ${new Date(seen_at).getUTCSeconds()} ${reason}`,
  )

describe('what became of an output', () => {
  it('is what the ledger saw since it was registered', () => {
    expect(told({ events: [event('changed', 2), event('gone', 3)] })).toEqual([
      'changed 2 it changed',
      'gone 3 it gone',
    ])
    expect(told({})).toEqual([])
  })

  it('began with its appearance where it was waited for, whatever the ledger called that', () => {
    for (const state of ['appeared', 'returned', 'changed'] as const) {
      expect(told({ appeared_at: at(5), events: [event(state, 5), event('gone', 6)] })).toEqual([
        `appeared 5 it ${state}`,
        'gone 6 it gone',
      ])
    }
    expect(told({ appeared_at: at(5) })).toEqual(['appeared 5 It could be looked at, and is there'])
  })

  it('keeps in order what was seen before it took its place, and after', () => {
    expect(
      told({ appeared_at: at(5), events: [event('gone', 2), event('returned', 4), event('changed', 9)] }),
    ).toEqual(['gone 2 it gone', 'appeared 4 it returned', 'changed 9 it changed'])
    expect(told({ appeared_at: at(5), events: [event('gone', 2)] })).toEqual([
      'gone 2 it gone',
      'appeared 5 It could be looked at, and is there',
    ])
  })
})

it('a file that nobody could look at from here is not said to be missing', () => {
  const shown = (own: Partial<OutputUseRow>) =>
    analysisFromRows(row, [{ ...use, version_id: null, ...own }], 'object').outputs
  expect(shown({})).toMatchObject({
    x: { state: 'unreachable', reason: expect.stringMatching(/could not be looked at/) },
  })
  expect(shown({ state: 'declared', reason: 'No location' })).toMatchObject({
    x: { state: 'unreachable', reason: 'No location' },
  })
  expect(shown({ state: 'gone', reason: 'Not there' })).toMatchObject({
    x: { state: 'missing', reason: 'Not there' },
  })
})
