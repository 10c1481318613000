import { describe, expect, it } from 'vitest'
import { noFacts, type Sighting } from '../files/file-state.ts'
import { mergeLooks, type OutputLook } from './register-outputs.ts'

const verified: Sighting = { state: 'verified', facts: noFacts }
const missing: Sighting = { state: 'missing', reason: 'not there' }
const unreachable: Sighting = { state: 'unreachable', reason: 'no answer' }
const uncovered: Sighting = { state: 'declared', facts: null, reason: 'no location' }

function look(time: number, sightings: Record<string, Sighting>): OutputLook {
  const seenAt = new Date(time)
  const files = Object.entries(sightings).map(([path, sighting]) => ({
    path,
    kind: 'file' as const,
    sighting,
    seenAt,
  }))
  return { files, seenAt, sightings: new Map(files.map((file) => [file.path, file.sighting])) }
}

describe('one look out of several', () => {
  it('takes of each path the later answer, and the time of its own look', () => {
    const merged = mergeLooks([
      look(2, { '/a': missing, '/b': verified }),
      look(1, { '/a': verified, '/b': missing, '/c': verified }),
    ])
    expect(Object.fromEntries(merged.sightings)).toEqual({ '/a': missing, '/b': verified, '/c': verified })
    expect(Object.fromEntries(merged.files.map(({ path, seenAt }) => [path, seenAt?.getTime()]))).toEqual({
      '/a': 2,
      '/b': 2,
      '/c': 1,
    })
    expect(merged.seenAt).toEqual(new Date(2))
  })

  it('takes an earlier answer before a later look that was not answered', () => {
    const merged = mergeLooks([
      look(1, { '/a': verified, '/b': missing, '/c': uncovered }),
      look(2, { '/a': unreachable, '/b': uncovered, '/c': unreachable }),
      look(3, { '/c': verified }),
    ])
    expect(Object.fromEntries(merged.sightings)).toEqual({ '/a': verified, '/b': missing, '/c': verified })
  })
})
