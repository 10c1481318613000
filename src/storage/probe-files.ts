import { compareCodePoints } from '../lib/compare-code-points.ts'
import type { Lane } from './probe-lane.ts'
import {
  answersOfPage,
  endOfFolder,
  fewestAnswersOfAPage,
  isPoorPage,
  type Plan,
  pageLength,
  sharedFolder,
} from './probe-plan.ts'
import { type Look, nothingThere, smallFileBytes } from './store.ts'

type Settle = (path: string, look: Look) => void

/** After so many pages in a row that answered little, a range's remaining paths are looked at one by one. */
const poorPagesToGiveUp = 2

/** Looks at distinct file paths of one store, by listing where that takes fewer requests than one look each. */
export async function lookAtFiles(
  lane: Lane,
  paths: readonly string[],
  plan: Plan,
  settle: Settle,
): Promise<void> {
  const { root, listPageSize } = lane.store
  const rootFolder = `${root.replace(/\/+$/u, '')}/`
  if (listPageSize === null || paths.length < fewestAnswersOfAPage) return lookOneByOne(lane, paths, settle)
  const below = paths.filter((path) => path.startsWith(rootFolder)).sort(compareCodePoints)
  const others = paths.filter((path) => !path.startsWith(rootFolder))
  await Promise.all([
    lookOneByOne(lane, others, settle),
    ...plan(below, listPageSize).map((range) => lookInRange(lane, range, listPageSize, settle)),
  ])
}

async function lookOneByOne(lane: Lane, paths: readonly string[], settle: Settle): Promise<void> {
  await Promise.all(
    paths.map(async (path) => {
      settle(
        path,
        await lane.ask((call) => lane.store.stat(path, { ...call, checksumUpToBytes: smallFileBytes })),
      )
    }),
  )
}

/**
 * Each page begins at the next path that has no answer, so gaps in the range cost nothing. Where a page answers little the
 * folder holds much else: its paths are looked at one by one, and the listing goes on behind it.
 */
async function lookInRange(
  lane: Lane,
  paths: readonly string[],
  pageSize: number,
  settle: Settle,
): Promise<void> {
  const oneByOne: Promise<void>[] = []
  const endAt = paths.at(-1) ?? ''
  const folder = sharedFolder(paths[0] ?? '', endAt)
  let next = 0
  let poorPages = 0
  while (next < paths.length) {
    if (paths.length - next < fewestAnswersOfAPage || poorPages >= poorPagesToGiveUp) {
      oneByOne.push(lookOneByOne(lane, paths.slice(next), settle))
      break
    }
    const startAt = paths[next] ?? ''
    const maxResults = pageLength(paths.length - next, pageSize)
    const page = await lane.ask((call) =>
      lane.store.listRange(folder, { ...call, startAt, endAt, maxResults }),
    )
    if (page.state === 'absent') {
      for (const path of paths.slice(next)) settle(path, page)
      break
    }
    if (page.state !== 'listed') {
      oneByOne.push(lookOneByOne(lane, paths.slice(next), settle))
      break
    }
    const answers = answersOfPage(paths, next, page.files, page.nextPageToken === null, compareCodePoints)
    for (const [i, found] of answers.entries()) {
      settle(paths[next + i] ?? '', found === null ? nothingThere : { state: 'present', facts: found.facts })
    }
    next += answers.length
    poorPages = isPoorPage(answers.length, page.files.length) ? poorPages + 1 : 0
    if (poorPages > 0 && next < paths.length) {
      const end = endOfFolder(paths, next)
      oneByOne.push(lookOneByOne(lane, paths.slice(next, end), settle))
      next = end
    }
  }
  await Promise.all(oneByOne)
}
