import type { FileState } from '../contract/file.ts'
import { wireTime } from '../lib/wire-time.ts'
import type { FileEventName } from './file.table.ts'

/** What is known of the bytes at a path. A fact that nobody could tell is null. */
export interface FileFacts {
  sizeBytes: number | null
  crc32c: string | null
  sha256: string | null
  generation: string | null
  modifiedAt: Date | null
  memberCount: number | null
  membersDigest: string | null
}

export const noFacts: FileFacts = {
  sizeBytes: null,
  crc32c: null,
  sha256: null,
  generation: null,
  modifiedAt: null,
  memberCount: null,
  membersDigest: null,
}

/** What a request or a look says of one path now. */
export type Sighting =
  | { state: 'declared'; facts: FileFacts | null; reason?: string }
  | { state: 'verified'; facts: FileFacts }
  | { state: 'missing' | 'unreachable'; reason: string }

export interface KnownFile {
  state: FileState
  reason: string
  /** Of an unreachable file: it was gone at the last look that found something out. */
  wasGone?: boolean
  version: ({ number: number } & FileFacts) | null
}

export interface Transition {
  state: FileState
  reason: string
  /** `new` makes a version, `filled` adds facts to the current one that it lacked. */
  version: 'same' | 'new' | 'filled'
  event: { name: FileEventName; reason: string } | null
}

const reasons = {
  declared: 'Named, and not looked at yet',
  verified: 'Seen at its path',
} as const

/*
 * | was \ seen   | declared    | verified              | missing | unreachable |
 * |--------------|-------------|-----------------------|---------|-------------|
 * | (new)        | declared    | verified              | missing | unreachable |
 * | declared     | declared    | verified              | missing | unreachable |
 * | verified     | verified    | verified (or changed) | gone    | unreachable |
 * | missing      | missing     | verified, appeared    | missing | unreachable |
 * | gone         | gone        | verified, returned    | gone    | unreachable |
 * | unreachable  | unreachable | verified              | missing, or gone where it was once seen |
 * Events tell of what a look found against the last one that found something out: a store that was silent in between
 * makes none, and hides none.
 */
export function transition(known: KnownFile | null, sighting: Sighting): Transition {
  switch (sighting.state) {
    case 'declared':
      return afterDeclaration(known, sighting)
    case 'verified':
      return afterSeen(known, sighting.facts)
    case 'missing': {
      const wasSeen = known !== null && known.version !== null && known.version.sizeBytes !== null
      return {
        state: wasSeen ? 'gone' : 'missing',
        reason: sighting.reason,
        version: 'same',
        event: wasSeen && !isGone(known) ? { name: 'gone', reason: sighting.reason } : null,
      }
    }
    case 'unreachable':
      return { state: 'unreachable', reason: sighting.reason, version: 'same', event: null }
  }
}

function afterDeclaration(known: KnownFile | null, sighting: Sighting & { state: 'declared' }): Transition {
  const version = sighting.facts === null ? 'same' : versionAfter(known, sighting.facts)
  const event = version === 'new' && known?.version ? changed(known.version, sighting.facts) : null
  const wasLookedAt = known !== null && known.state !== 'declared'
  return {
    state: known?.state ?? 'declared',
    reason: wasLookedAt ? known.reason : (sighting.reason ?? known?.reason ?? reasons.declared),
    version,
    event,
  }
}

function afterSeen(known: KnownFile | null, facts: FileFacts): Transition {
  const version = versionAfter(known, facts)
  const event = eventWhenSeen(known, facts, version)
  return { state: 'verified', reason: reasons.verified, version, event }
}

function eventWhenSeen(
  known: KnownFile | null,
  facts: FileFacts,
  version: Transition['version'],
): Transition['event'] {
  if (known === null || known.state === 'declared') return null
  if (version === 'new' && known.version !== null) return changed(known.version, facts)
  if (isGone(known)) return { name: 'returned', reason: 'The same bytes are at its path again' }
  return known.version === null ? { name: 'appeared', reason: reasons.verified } : null
}

function isGone({ state, wasGone = false }: KnownFile): boolean {
  return state === 'gone' || (state === 'unreachable' && wasGone)
}

/** Says by what the new bytes were told from the old ones. */
function changed(was: FileFacts, is: FileFacts | null): Transition['event'] {
  const told = tellingFacts.find(([key]) => is !== null && differs(was, is, key))
  const [key, words] = told ?? []
  const reason =
    key === undefined || is === null
      ? 'Other bytes are at its path'
      : `Other bytes are at its path: its ${words} was ${textOf(was[key])} and is ${textOf(is[key])}`
  return { name: 'changed', reason }
}

const tellingFacts = [
  ['sizeBytes', 'size in bytes'],
  ['memberCount', 'number of members'],
  ['crc32c', 'CRC32C'],
  ['sha256', 'SHA-256'],
  ['membersDigest', 'digest of its members'],
  ['modifiedAt', 'time of modification'],
  ['generation', 'generation'],
] as const

function differs(a: FileFacts, b: FileFacts, key: keyof FileFacts): boolean {
  return a[key] !== null && b[key] !== null && String(a[key]) !== String(b[key])
}

function textOf(fact: FileFacts[keyof FileFacts]): string {
  return fact instanceof Date ? wireTime(fact) : String(fact)
}

function versionAfter(known: KnownFile | null, facts: FileFacts): Transition['version'] {
  const current = known?.version ?? null
  if (current === null) return 'new'
  if (!sameBytes(current, facts)) return 'new'
  return lacks(current, facts) ? 'filled' : 'same'
}

/** Equal checksums settle it; without them a store's generation does, and a time is the last resort. */
export function sameBytes(a: FileFacts, b: FileFacts): boolean {
  const differ = (key: keyof FileFacts) => differs(a, b, key)
  const agrees = (key: keyof FileFacts) => a[key] !== null && String(a[key]) === String(b[key])
  if (differ('sizeBytes') || differ('sha256') || differ('crc32c') || differ('membersDigest')) return false
  if (agrees('sha256') || agrees('crc32c') || agrees('membersDigest')) return true
  if (differ('generation')) return false
  if (agrees('generation')) return true
  return a.modifiedAt === null || b.modifiedAt === null || sameTime(a.modifiedAt, b.modifiedAt)
}

/** A time of whole seconds is often one that lost its fraction on the way, so it matches any in its second. */
function sameTime(a: Date, b: Date): boolean {
  const [x, y] = [a.getTime(), b.getTime()]
  if (x % 1000 === 0 || y % 1000 === 0) return Math.floor(x / 1000) === Math.floor(y / 1000)
  return x === y
}

function lacks(current: FileFacts, facts: FileFacts): boolean {
  return (Object.keys(noFacts) as (keyof FileFacts)[]).some(
    (key) => current[key] === null && facts[key] !== null,
  )
}
