import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type FileFacts,
  type KnownFile,
  noFacts,
  type Sighting,
  sameBytes,
  transition,
} from './file-state.ts'

const found = (facts: Partial<FileFacts> = {}): FileFacts => ({
  ...noFacts,
  sizeBytes: 10,
  crc32c: 'AAAAAA==',
  generation: '1',
  modifiedAt: new Date('2025-10-07T15:00:00.250Z'),
  ...facts,
})
const known = (state: KnownFile['state'], facts: FileFacts | null = found()): KnownFile => ({
  state,
  reason: 'before',
  version: facts === null ? null : { number: 1, ...facts },
})
const seen = (facts: FileFacts = found()): Sighting => ({ state: 'verified', facts })
const missing: Sighting = { state: 'missing', reason: 'There is no file at this path' }
const unreachable: Sighting = { state: 'unreachable', reason: 'The store refused' }

describe('what a look makes of a file', () => {
  it.each<[string, KnownFile | null, Sighting, string, string, string | null]>([
    ['a first look that finds it', null, seen(), 'verified', 'new', null],
    ['a first look that does not', null, missing, 'missing', 'same', null],
    ['a first look that is refused', null, unreachable, 'unreachable', 'same', null],
    ['a declared file that is found', known('declared', null), seen(), 'verified', 'new', null],
    ['a missing file that appears', known('missing', null), seen(), 'verified', 'new', 'appeared'],
    ['an unreachable file that appears', known('unreachable', null), seen(), 'verified', 'new', 'appeared'],
    ['a file seen again', known('verified'), seen(), 'verified', 'same', null],
    ['other bytes', known('verified'), seen(found({ crc32c: 'BBBBBB==' })), 'verified', 'new', 'changed'],
    ['a file that vanished', known('verified'), missing, 'gone', 'same', 'gone'],
    ['a file still gone', known('gone'), missing, 'gone', 'same', null],
    ['a file that came back', known('gone'), seen(), 'verified', 'same', 'returned'],
    [
      'a file that came back changed',
      known('gone'),
      seen(found({ sizeBytes: 11 })),
      'verified',
      'new',
      'changed',
    ],
    [
      'a seen file that a store will not tell of',
      known('verified'),
      unreachable,
      'unreachable',
      'same',
      null,
    ],
    [
      'a gone file, after a look that was not answered',
      { ...known('unreachable'), wasGone: true },
      missing,
      'gone',
      'same',
      null,
    ],
    [
      'a gone file that came back, after a look that was not answered',
      { ...known('unreachable'), wasGone: true },
      seen(),
      'verified',
      'same',
      'returned',
    ],
    ['a file gone behind a failing store', known('unreachable'), missing, 'gone', 'same', 'gone'],
    ['a file only declared that is not there', known('declared', null), missing, 'missing', 'same', null],
  ])('%s', (_, before, sighting, state, version, event) => {
    const next = transition(before, sighting)
    expect({ ...next, event: next.event?.name ?? null }).toMatchObject({ state, version, event })
  })

  it('fills in a checksum that was not known, without a new version', () => {
    const before = known('verified', found({ crc32c: null }))
    expect(transition(before, seen()).version).toBe('filled')
  })

  it('takes a declared time of whole seconds for the one with its fraction', () => {
    const declared = { ...noFacts, modifiedAt: new Date('2025-10-07T15:00:00Z') }
    expect(transition(known('declared', declared), seen()).version).toBe('filled')
    expect(sameBytes(declared, { ...noFacts, modifiedAt: new Date('2025-10-07T15:00:01Z') })).toBe(false)
  })

  it('keeps state and reason when a file is only named again', () => {
    expect(transition(known('gone'), { state: 'declared', facts: null })).toEqual({
      state: 'gone',
      reason: 'before',
      version: 'same',
      event: null,
    })
  })

  it('never changes a fact that is known, whatever comes', () => {
    const facts = fc.record({
      sizeBytes: fc.option(fc.nat(3)),
      crc32c: fc.option(fc.constantFrom('AAAAAA==', 'BBBBBB==')),
      sha256: fc.constant(null),
      generation: fc.option(fc.constantFrom('1', '2')),
      modifiedAt: fc.option(fc.constantFrom(new Date(0), new Date(1500), new Date(2750))),
      memberCount: fc.constant(null),
      membersDigest: fc.constant(null),
    })
    fc.assert(
      fc.property(facts, facts, (a, b) => {
        const next = transition({ state: 'verified', reason: '', version: { number: 1, ...a } }, seen(b))
        if (next.version === 'new') return
        for (const key of ['sizeBytes', 'crc32c'] as const) {
          if (a[key] !== null && b[key] !== null) expect(a[key]).toBe(b[key])
        }
      }),
    )
  })
})
