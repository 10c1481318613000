import type { ListedFile } from './store.ts'

/**
 * A page of a listing is asked for where it can answer this many paths or more. It takes as long as one look at a path and
 * another one for each `filesPerLook` files; buckets charge twelve times as much for it, which at so few paths is little.
 */
export const fewestAnswersOfAPage = 5

/** So many listed files take as long as one look. */
const filesPerLook = 60

/** A page may list so many files for each path that it could answer. */
const filesPerWantedPath = 20

/** How long a page to ask for, so that it costs little where it answers nothing. */
export function pageLength(wanted: number, pageSize: number): number {
  return Math.min(pageSize, wanted * filesPerWantedPath)
}

/** Whether single looks would have taken less time than a page that listed `files` and answered `answers`. */
export function isPoorPage(answers: number, files: number): boolean {
  return answers < files / filesPerLook
}

/** Part of a page is left free for files that nobody asked about, so that one page mostly answers a whole range. */
const wantedShareOfAPage = 0.9

/** Cuts sorted paths into ranges that are looked at side by side. */
export type Plan = (sortedPaths: readonly string[], pageSize: number) => string[][]

/** For many paths that one asker names, which mostly lie together: ranges of a page each if their folders hold little else. */
export const planRanges: Plan = (sortedPaths, pageSize) => {
  const most = Math.max(1, Math.floor(pageSize * wantedShareOfAPage))
  const count = Math.ceil(sortedPaths.length / most)
  const each = Math.ceil(sortedPaths.length / Math.max(1, count))
  return Array.from({ length: count }, (_, i) => sortedPaths.slice(i * each, (i + 1) * each))
}

/** For few paths, or those of askers who know nothing of each other: ranges of one folder each, since much may lie between. */
export const planFolders: Plan = (sortedPaths, pageSize) => {
  const folders = new Map<string, string[]>()
  for (const path of sortedPaths) {
    const folder = path.slice(0, path.lastIndexOf('/') + 1)
    const together = folders.get(folder)
    if (together === undefined) folders.set(folder, [path])
    else together.push(path)
  }
  return [...folders.values()].flatMap((paths) => planRanges(paths, pageSize))
}

/** The folder that two paths share, with its `/`. */
export function sharedFolder(first: string, last: string): string {
  let i = 0
  while (i < first.length && i < last.length && first[i] === last[i]) i++
  return first.slice(0, first.lastIndexOf('/', i === first.length ? i : Math.max(0, i - 1)) + 1)
}

/**
 * What a page that was listed from `sortedPaths[from]` on says: the found file or null for each path up to the page's end.
 * Paths after its last file have no answer yet, unless it is the last page.
 */
export function answersOfPage(
  sortedPaths: readonly string[],
  from: number,
  files: readonly ListedFile[],
  isLastPage: boolean,
  compare: (a: string, b: string) => number,
): (ListedFile | null)[] {
  const answers: (ListedFile | null)[] = []
  let f = 0
  for (let i = from; i < sortedPaths.length; i++) {
    const path = sortedPaths[i] ?? ''
    let file = files[f]
    while (file !== undefined && compare(file.path, path) < 0) file = files[++f]
    if (file === undefined && !isLastPage) return answers
    answers.push(file?.path === path ? file : null)
  }
  return answers
}

/** Index after the last path that lies in the same folder as `sortedPaths[from]`. */
export function endOfFolder(sortedPaths: readonly string[], from: number): number {
  const path = sortedPaths[from] ?? ''
  const folder = path.slice(0, path.lastIndexOf('/') + 1)
  let i = from
  while (i < sortedPaths.length && sortedPaths[i]?.startsWith(folder)) i++
  return i
}
