import { AppError } from '../errors.ts'
import type { Logger } from '../lib/logger.ts'
import { keepContent } from '../storage/kept-content.ts'
import type { Store } from '../storage/store.ts'
import type { Keep } from './receive-file.ts'

/** The temporaries of one request. `remove` is for its end, however that comes; what is released is somebody else's by then. */
export interface Temporaries {
  keep: Keep
  release(): void
  remove(): Promise<void>
}

/** The private store, or what stands on it; throws `unavailable` where there is no driver for it. */
export function ofPrivateStore<T>(it: T | null): T {
  if (it !== null) return it
  throw new AppError(
    'unavailable',
    'There is no driver for the private store of this server, so nothing can be uploaded',
  )
}

export function createTemporaries(store: Store, log: Logger): Temporaries {
  const paths = new Set<string>()
  return {
    async keep(content) {
      const kept = await keepContent(store, content)
      if ('path' in kept) paths.add(kept.path)
      return kept
    },
    release: () => paths.clear(),
    async remove() {
      for (const path of paths) {
        await store
          .delete(path)
          .catch((error: unknown) => log.warn({ err: error, path }, 'A temporary is left to the sweeper'))
      }
    },
  }
}
