import type { Logger } from '../lib/logger.ts'
import { createLocalStore } from './local-store.ts'
import { parseAddress } from './location.ts'
import type { Store } from './store.ts'

export interface Stores {
  /** The store bound to `root`, a location's or the private store's; null for a scheme without a driver. */
  storeFor(root: string): Store | null
}

export function createStores(options: { log: Logger }): Stores {
  return {
    storeFor(root) {
      const address = parseAddress(root)
      if (address?.kind === 'posix') return createLocalStore(root, options)
      return null
    },
  }
}
