import { probe, type Verdict } from '../../storage/probe.ts'
import type { Stores } from '../../storage/stores.ts'

/** What one pre-flight has seen: each path is looked at once, and many at a time. */
export interface Sights {
  look(paths: readonly string[]): Promise<void>
  /** Of a path that was looked at. */
  at(path: string): Verdict
}

export function createSights(stores: Stores, roots: readonly string[]): Sights {
  const seen = new Map<string, Verdict>()
  return {
    async look(paths) {
      const unseen = [...new Set(paths)].filter((path) => !seen.has(path))
      if (unseen.length === 0) return
      const { verdicts } = await probe(stores, roots, unseen)
      for (const [index, path] of unseen.entries()) {
        const verdict = verdicts[index]
        if (verdict !== undefined) seen.set(path, verdict)
      }
    },
    at: (path) => seen.get(path) ?? { state: 'failed', reason: 'Nobody has looked at this path' },
  }
}
