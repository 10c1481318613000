import { setMaxListeners } from 'node:events'
import { addressFault, coveringRoot } from './location.ts'
import { isDirectoryItem, lookAtDirectory } from './probe-directory.ts'
import { lookAtFiles } from './probe-files.ts'
import { createLane } from './probe-lane.ts'
import { type FileFacts, isTemporary } from './store.ts'
import type { Stores } from './stores.ts'

const defaultTimeoutMs = 60_000

/** What is at one path. Reasons are sentences for the person who named it. */
export type Verdict =
  | { state: 'present'; kind: 'file'; facts: FileFacts }
  | { state: 'present'; kind: 'directory'; facts: FileFacts; memberCount: number; digest: string }
  | { state: 'absent' | 'forbidden' | 'failed' | 'uncovered'; reason: string }

export interface ProbeOptions {
  signal?: AbortSignal
  /** Looks at a time in each bucket or location; by default what its store is best asked for. */
  concurrency?: number
  /** Whatever has no verdict by then is `failed`. Default 60 s. */
  timeoutMs?: number
}

export interface ProbeResult {
  /** One for each path, in the order of the paths. */
  verdicts: Verdict[]
  /** Requests sent to stores, retries included. */
  calls: number
}

/** Looks at all `paths` that one of `roots` covers, in the fewest calls. Never throws for what it finds. */
export async function probe(
  stores: Stores,
  roots: readonly string[],
  paths: readonly string[],
  options: ProbeOptions = {},
): Promise<ProbeResult> {
  const deadline = AbortSignal.timeout(options.timeoutMs ?? defaultTimeoutMs)
  const signal = options.signal === undefined ? deadline : AbortSignal.any([options.signal, deadline])
  setMaxListeners(0, signal)
  let calls = 0
  const verdicts = new Map<string, Verdict>()
  const pathsByRoot = new Map<string, string[]>()
  for (const path of new Set(paths)) {
    const root = addressFault(path) === null ? coveringRoot(roots, path) : null
    const refusal = refusalOf(path, root)
    if (refusal !== null || root === null) {
      verdicts.set(path, refusal ?? uncovered)
      continue
    }
    const together = pathsByRoot.get(root)
    if (together === undefined) pathsByRoot.set(root, [path])
    else together.push(path)
  }
  await Promise.all(
    [...pathsByRoot].map(async ([root, asked]) => {
      const store = stores.storeFor(root)
      if (store === null) {
        for (const path of asked) verdicts.set(path, withoutDriver)
        return
      }
      const concurrency = options.concurrency ?? store.concurrentLooks
      const lane = createLane(store, { concurrency, signal, onRequest: () => calls++ })
      const directories = asked.filter(isDirectoryItem)
      const files = asked.filter((path) => !isDirectoryItem(path))
      await Promise.all([
        lookAtFiles(lane, files, (path, look) => {
          verdicts.set(path, look.state === 'present' ? { ...look, kind: 'file' } : look)
        }),
        ...directories.map(async (path) => {
          const look = await lookAtDirectory(lane, path)
          verdicts.set(path, look.state === 'present' ? { ...look, kind: 'directory' } : look)
        }),
      ])
    }),
  )
  return { verdicts: paths.map((path) => verdicts.get(path) ?? uncovered), calls }
}

const uncovered: Verdict = {
  state: 'uncovered',
  reason: 'No location of this org covers this path, so it cannot be looked at',
}
const withoutDriver: Verdict = {
  state: 'uncovered',
  reason: 'Files of this kind of address cannot be looked at',
}

/** A verdict that needs no look. */
function refusalOf(path: string, root: string | null): Verdict | null {
  const fault = addressFault(path)
  if (fault !== null) return { state: 'absent', reason: `There can be no file at this path: it ${fault}` }
  if (root === null) return uncovered
  return isTemporary(path) ? { state: 'absent', reason: 'There is no file at this path' } : null
}
