import { addToList } from '../../lib/add-to-list.ts'
import { forEachConcurrently } from '../../lib/limit-concurrency.ts'
import { createCover } from '../../storage/location.ts'
import type { Stores } from '../../storage/stores.ts'
import { addressOf, baseNameOf, folderOf } from './check-reference.ts'
import { resolveReference } from './resolve-reference.ts'
import type { Sights } from './sights.ts'

/** A file that is not where a case means it. */
export interface MissingFile {
  casePath: string
  path: string
  /** Where the other files of its case are. */
  knownFolders: readonly string[]
}

const maxFolders = 50
const maxListed = 1_000
const listingsAtATime = 8
const maxNeighbours = 10
const maxSearchedFor = 1_000
const maxCandidates = 20

/**
 * Where missing files may be: in the folder that they are meant in and in the case's, one level below these, in the
 * folder above the case, and beside the other files of the case. Names are compared without case, since many cases
 * come from Windows. Looks at no more than a bounded number of folders, whatever the job.
 */
export async function findNearby(
  deps: { stores: Stores; roots: readonly string[]; sights: Sights },
  missing: readonly MissingFile[],
): Promise<(file: MissingFile) => string[]> {
  const coverOf = createCover(deps.roots)
  const folders = [...new Set(missing.flatMap(foldersOf))].slice(0, maxFolders)
  const listed = new Map<string, Map<string, string[]>>()
  await forEachConcurrently(folders, listingsAtATime, async (folder) => {
    const root = coverOf(`${folder}/x`)
    const store = root === null ? null : deps.stores.storeFor(root)
    const page = await store?.listRange(`${folder}/`, { maxResults: maxListed })
    const byName = new Map<string, string[]>()
    for (const { path } of page?.state === 'listed' ? page.files : []) {
      const below = path.slice(folder.length + 1)
      if (below.indexOf('/') === below.lastIndexOf('/')) addToList(byName, nameKey(path), path)
    }
    listed.set(folder, byName)
  })
  await deps.sights.look(missing.slice(0, maxSearchedFor).flatMap(neighboursOf))

  return (file) => {
    const inFolders = foldersOf(file).flatMap((folder) => listed.get(folder)?.get(nameKey(file.path)) ?? [])
    const beside = neighboursOf(file).filter((path) => deps.sights.at(path).state === 'present')
    const candidates = new Map([...inFolders, ...beside].map((path) => [addressOf(path), path]))
    candidates.delete(addressOf(file.path))
    return [...candidates.values()].slice(0, maxCandidates)
  }
}

function nameKey(path: string): string {
  return baseNameOf(path).toLowerCase()
}

/** Windows has no store, so these all separate with `/`. */
function foldersOf({ casePath, path }: MissingFile): string[] {
  return [...new Set([folderOf(path), folderOf(casePath)])].map((folder) => (folder === '/' ? '' : folder))
}

function neighboursOf({ casePath, path, knownFolders }: MissingFile): string[] {
  const name = baseNameOf(path)
  const above = resolveReference(casePath, `../${name}`)
  const beside = knownFolders
    .slice(0, maxNeighbours)
    .map((folder) => `${folder === '/' ? '' : folder}/${name}`)
  return [...new Set([...(above === null ? [] : [above]), ...beside])]
}
