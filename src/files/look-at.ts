import type { RootsOf } from '../access/roots-of.ts'
import { probe, type Verdict } from '../storage/probe.ts'
import { isDirectoryItem } from '../storage/probe-directory.ts'
import type { Stores } from '../storage/stores.ts'
import { noFacts, type Sighting } from './file-state.ts'
import { lookAtUploads } from './look-at-uploads.ts'
import type { FileToRecord } from './record-files.ts'
import type { Uploads } from './uploads.ts'

export interface NamedPath {
  path: string
  /** When the file was last modified, as its user says; used only where nobody can look. */
  declaredAt?: Date | null
}

/**
 * Looks at the paths that the org's locations cover, and at its own uploads, all at once. Call it before a transaction, never in one. `roots` are
 * the locations', for who has read them already. `seenAt` is when the look began: what is known from a later one is newer.
 */
export type Looker = (
  orgId: number,
  named: NamedPath[],
  roots?: readonly string[],
) => Promise<{ files: FileToRecord[]; calls: number; seenAt: Date }>

export function createLooker(deps: { rootsOf: RootsOf; stores: Stores; uploads: Uploads }): Looker {
  const { stores, uploads } = deps
  return async (orgId, named, roots) => {
    const seenAt = new Date()
    const paths = named.map(({ path }) => path)
    const uploaded = await uploads.among(orgId, paths)
    const others = paths.filter((path) => !uploaded.has(path))
    const [ofUploads, ofOthers] = await Promise.all([
      lookAtUploads(stores, uploads, uploaded),
      probe(stores, roots ?? (await deps.rootsOf(orgId)), others),
    ])
    const verdicts = new Map([
      ...[...uploaded.keys()].map((path, index) => [path, ofUploads.verdicts[index]] as const),
      ...others.map((path, index) => [path, ofOthers.verdicts[index]] as const),
    ])
    const files = named.map(({ path, declaredAt }) => ({
      path,
      kind: !uploaded.has(path) && isDirectoryItem(path) ? ('directory' as const) : ('file' as const),
      seenAt,
      sighting: sightingOf(verdicts.get(path), declaredAt ?? null),
    }))
    return { files, calls: ofUploads.calls + ofOthers.calls, seenAt }
  }
}

function sightingOf(verdict: Verdict | undefined, declaredAt: Date | null): Sighting {
  const declaredFacts = declaredAt === null ? null : { ...noFacts, modifiedAt: declaredAt }
  switch (verdict?.state) {
    case 'present': {
      const { sizeBytes, crc32c, generation, modifiedAt } = verdict.facts
      const seen = { ...noFacts, sizeBytes, crc32c, generation, modifiedAt }
      if (verdict.kind === 'file') return { state: 'verified', facts: seen }
      const members = { memberCount: verdict.memberCount, membersDigest: verdict.digest }
      return { state: 'verified', facts: { ...seen, ...members } }
    }
    case 'absent':
      return { state: 'missing', reason: verdict.reason }
    case 'forbidden':
    case 'failed':
      return { state: 'unreachable', reason: verdict.reason }
    case 'uncovered':
      return { state: 'declared', facts: declaredFacts, reason: verdict.reason }
    default:
      return { state: 'declared', facts: declaredFacts }
  }
}
