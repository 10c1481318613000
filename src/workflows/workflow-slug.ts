import { randomInt } from 'node:crypto'
import type { Db } from '../db/client.ts'
import { slugFrom } from '../lib/slug.ts'
import { findTakenSlugs } from './workflow.repository.ts'

const longestSlug = 50
const triedSuffixes = 20

export function slugFault(slug: string): string | null {
  return /^\d+$/.test(slug) ? `"${slug}" looks like an id; add a letter` : null
}

/** A slug made from the name that no workflow of the org has; the caller holds the org's lock. */
export async function freeSlug(db: Db, orgId: number, name: string): Promise<string> {
  const base = baseSlug(name)
  const suffixes = Array.from({ length: triedSuffixes }, (_, index) => (index === 0 ? '' : `-${index + 1}`))
  const candidates = suffixes.map((suffix) => withSuffix(base, suffix))
  const taken = await findTakenSlugs(db, orgId, candidates)
  // Past so many of one name a number that nobody has is found by chance, not by counting.
  return candidates.find((slug) => !taken.has(slug)) ?? withSuffix(base, `-${randomInt(1e9, 1e10)}`)
}

/** A name of digits would make an id, and one without Latin letters or digits nothing. */
export function baseSlug(name: string): string {
  const slug = slugFrom(name)
  if (slug === '') return 'workflow'
  return slugFault(slug) === null ? slug : `workflow-${slug}`.slice(0, longestSlug)
}

function withSuffix(base: string, suffix: string): string {
  return `${base.slice(0, longestSlug - suffix.length).replace(/-+$/, '')}${suffix}`
}
