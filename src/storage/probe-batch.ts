import { setMaxListeners } from 'node:events'
import { addToList } from '../lib/add-to-list.ts'
import { type DirectoryLook, isDirectoryItem, lookAtDirectory } from './probe-directory.ts'
import { lookAtFiles } from './probe-files.ts'
import { createLane } from './probe-lane.ts'
import { planFolders, planRanges } from './probe-plan.ts'
import type { Look, Store } from './store.ts'

/** Who names more goes alone: so many paths plan well by themselves, and nobody has to wait behind them. */
const mostPathsToShare = 64

/** One probe's question about distinct paths of one store. */
export interface Asker {
  paths: readonly string[]
  /** Ends the waiting; the calls go on for those who still wait. */
  signal: AbortSignal
  settle: (path: string, look: Look | DirectoryLook) => void
  /** Called for each request that is sent. One for several askers is told to the first of them that still waits. */
  onRequest: () => void
}

interface Waiting extends Asker {
  unsettled: number
  leave: () => void
  fail: (error: unknown) => void
}

interface Batch {
  waiting: Set<Waiting>
  /** Once it is sent: aborted when nobody waits any more. */
  deserted: AbortController | null
}

/** One for all, since making an error costs more than the rest of an end. */
const nobodyWaits = new Error('Nobody waits for these looks any more')

/** The batches that still take askers: by what keeps them apart, and by root. */
const gathering = new WeakMap<object, Map<string, Batch>>()

/**
 * Asks a store together with all who ask it in the same turn of the event loop: a path that several name is looked at once.
 * Nobody joins a batch after its first request is sent, so that no answer is older than its question. Resolves when all paths
 * are settled or the signal ends the waiting.
 */
export async function askTogether(scope: object, store: Store, asker: Asker): Promise<void> {
  const batch = asker.paths.length > mostPathsToShare ? openBatch(store) : gatheringBatch(scope, store)
  await new Promise<void>((resolve, reject) => {
    const leave = () => {
      batch.waiting.delete(waiting)
      if (batch.waiting.size === 0) batch.deserted?.abort(nobodyWaits)
      resolve()
    }
    const waiting: Waiting = { ...asker, unsettled: asker.paths.length, leave, fail: reject }
    batch.waiting.add(waiting)
    if (asker.signal.aborted) leave()
    asker.signal.addEventListener('abort', leave, { once: true })
  })
}

function gatheringBatch(scope: object, store: Store): Batch {
  const batches = gathering.get(scope) ?? new Map<string, Batch>()
  gathering.set(scope, batches)
  const batch = batches.get(store.root) ?? openBatch(store, () => batches.delete(store.root))
  batches.set(store.root, batch)
  return batch
}

function openBatch(store: Store, close?: () => void): Batch {
  const batch: Batch = { waiting: new Set(), deserted: null }
  setImmediate(() => {
    close?.()
    send(store, batch).catch((error: unknown) => {
      for (const { fail } of batch.waiting) fail(error)
    })
  })
  return batch
}

async function send(store: Store, batch: Batch): Promise<void> {
  const { waiting } = batch
  const askersOf = new Map<string, Waiting[]>()
  for (const asker of waiting) {
    for (const path of asker.paths) addToList(askersOf, path, asker)
  }
  const settle = (path: string, look: Look | DirectoryLook) => {
    for (const asker of askersOf.get(path) ?? []) {
      asker.settle(path, look)
      asker.unsettled -= 1
      if (asker.unsettled === 0) asker.leave()
    }
  }
  batch.deserted = new AbortController()
  const { signal } = batch.deserted
  setMaxListeners(0, signal)
  const lane = createLane(store, signal, () => {
    const [first] = waiting
    first?.onRequest()
  })
  const paths = [...askersOf.keys()]
  const isItem = (path: string) => store.filesOnly !== true && isDirectoryItem(path)
  const plan = paths.length > mostPathsToShare && waiting.size === 1 ? planRanges : planFolders
  await Promise.all([
    lookAtFiles(
      lane,
      paths.filter((path) => !isItem(path)),
      plan,
      settle,
    ),
    ...paths.filter(isItem).map(async (path) => settle(path, await lookAtDirectory(lane, path))),
  ])
}
