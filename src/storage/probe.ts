import { addToList } from '../lib/add-to-list.ts'
import { addressFault, createCover } from './location.ts'
import { askTogether } from './probe-batch.ts'
import { outOfTime } from './probe-lane.ts'
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
  /** Whatever has no verdict by then is `failed`. Default 60 s. */
  timeoutMs?: number
}

export interface ProbeResult {
  /** One for each path, in the order of the paths. */
  verdicts: Verdict[]
  /** Requests sent to stores, retries included. What probes of the same moment share is counted once, for one of them. */
  calls: number
}

/** Looks at all `paths` that one of `roots` covers, in the fewest calls. Never throws for what it finds. */
export async function probe(
  stores: Stores,
  roots: readonly string[],
  paths: readonly string[],
  { signal, timeoutMs = defaultTimeoutMs }: ProbeOptions = {},
): Promise<ProbeResult> {
  let calls = 0
  const verdicts = new Map<string, Verdict>()
  const pathsByRoot = new Map<string, string[]>()
  const coverOf = createCover(roots)
  for (const path of new Set(paths)) {
    const fault = addressFault(path)
    const root = fault === null ? coverOf(path) : null
    if (fault !== null) {
      const reason = `There can be no file at this path: it ${fault}`
      verdicts.set(path, { state: 'absent', reason })
    } else if (root === null) verdicts.set(path, uncovered)
    else if (isTemporary(path)) verdicts.set(path, neverShown)
    else {
      addToList(pathsByRoot, root, path)
    }
  }
  const ended = new AbortController()
  const end = () => ended.abort()
  const timer = setTimeout(end, timeoutMs)
  if (signal?.aborted) end()
  signal?.addEventListener('abort', end, { once: true })
  try {
    await Promise.all(
      [...pathsByRoot].map(async ([root, asked]) => {
        const store = stores.storeFor(root)
        if (store === null) {
          for (const path of asked) verdicts.set(path, withoutDriver)
          return
        }
        await askTogether(stores, store, {
          paths: asked,
          signal: ended.signal,
          settle(path, look) {
            if (look.state !== 'present') verdicts.set(path, look)
            else if ('digest' in look) verdicts.set(path, { ...look, kind: 'directory' })
            else verdicts.set(path, { ...look, kind: 'file' })
          },
          onRequest: () => calls++,
        })
      }),
    )
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', end)
  }
  return { verdicts: paths.map((path) => verdicts.get(path) ?? outOfTime), calls }
}

const uncovered: Verdict = {
  state: 'uncovered',
  reason: 'No location of this org covers this path, so it cannot be looked at',
}
const withoutDriver: Verdict = {
  state: 'uncovered',
  reason: 'Files of this kind of address cannot be looked at',
}
const neverShown: Verdict = { state: 'absent', reason: 'There is no file at this path' }
