import { nameParts } from '../../files/name-parts.ts'
import { addToList } from '../../lib/add-to-list.ts'
import { normalAddress } from '../../storage/location.ts'
import type { Sights } from './sights.ts'

export interface DeclaredFile {
  file_name: string
  path: string
}

/** The aux files that a casefile was given. */
export interface DeclaredFiles {
  has(path: string): boolean
  /** Paths of those with this file_name. */
  named(fileName: string): string[]
  /** Also of those where only upper and lower case differ. */
  namedAlike(fileName: string): string[]
}

export function indexDeclared(files: readonly DeclaredFile[]): DeclaredFiles {
  const addresses = new Set(files.map(({ path }) => addressOf(path)))
  const byName = new Map<string, string[]>()
  const alike = new Map<string, string[]>()
  for (const { file_name, path } of files) {
    addToList(byName, file_name, path)
    addToList(alike, file_name.toLowerCase(), path)
  }
  return {
    has: (path) => addresses.has(addressOf(path)),
    named: (fileName) => byName.get(fileName) ?? [],
    namedAlike: (fileName) => alike.get(fileName.toLowerCase()) ?? [],
  }
}

export interface CheckedReference {
  verdict: 'found' | 'missing' | 'ambiguous'
  /** Where it is, or where it would have to be. */
  path: string | null
  candidates: string[]
  /** Why nobody could look; then the verdict rests on what the job declares. */
  unseen: string | null
}

/**
 * | at the path that the case means   | declared files of this name     | verdict                                   |
 * |-----------------------------------|---------------------------------|-------------------------------------------|
 * | there                             | any                             | found, there                              |
 * | nobody can look, and it is declared | any                           | found, there                              |
 * | anything else                     | one, elsewhere                  | found, at the declared one: it is staged  |
 * | anything else                     | several, elsewhere              | ambiguous                                 |
 * | not there, or nobody can look     | none                            | missing                                   |
 */
export function checkReference(
  path: string | null,
  reference: string,
  declared: DeclaredFiles,
  sights: Sights,
): CheckedReference {
  const look = path === null ? { state: 'uncovered' as const, reason: leadsNowhere } : sights.at(path)
  if (look.state === 'present') return { verdict: 'found', path, candidates: [], unseen: null }
  if (path !== null && declared.has(path) && look.state !== 'absent') {
    return { verdict: 'found', path, candidates: [], unseen: look.reason }
  }
  const name = baseNameOf(reference)
  const isElsewhere = (one: string) =>
    (path === null || addressOf(one) !== addressOf(path)) && sights.at(one).state !== 'absent'
  const elsewhere = declared.named(name).filter(isElsewhere)
  const [only, ...others] = oncePerAddress(elsewhere)
  if (only !== undefined && others.length === 0) {
    const there = sights.at(only)
    return {
      verdict: 'found',
      path: only,
      candidates: [],
      unseen: there.state === 'present' ? null : there.reason,
    }
  }
  if (only !== undefined) return { verdict: 'ambiguous', path, candidates: [only, ...others], unseen: null }
  const candidates = oncePerAddress(declared.namedAlike(name).filter(isElsewhere))
  return { verdict: 'missing', path, candidates, unseen: look.state === 'absent' ? null : look.reason }
}

const leadsNowhere = 'It leads to no path that can be looked at'

/** A file may be declared under two spellings of its path; the first one is kept. */
function oncePerAddress(paths: readonly string[]): string[] {
  const byAddress = new Map<string, string>()
  for (const path of paths) {
    const address = addressOf(path)
    if (!byAddress.has(address)) byAddress.set(address, path)
  }
  return [...byAddress.values()]
}

/** One spelling for each place. */
export function addressOf(path: string): string {
  return normalAddress(path) ?? path
}

/** Whatever it is written with: `..\pvt\fluid.tab` is named `fluid.tab` everywhere. */
export function baseNameOf(path: string): string {
  return nameParts(path.replaceAll('\\', '/')).basename
}

/** Without its ending separator, as people write it. */
export function folderOf(path: string): string {
  return nameParts(path).dirname
}
