import type { GsOptions } from './gs-client.ts'
import { createGsStores } from './gs-store.ts'
import { createLocalStore, type LocalStoreOptions } from './local-store.ts'
import { parseAddress } from './location.ts'
import type { Store } from './store.ts'

export interface Stores {
  /** The store bound to `root`, a location's or the private store's; null for a scheme without a driver. */
  storeFor(root: string): Store | null
}

export interface StoresOptions extends LocalStoreOptions {
  gs?: GsOptions
}

export function createStores(options: StoresOptions): Stores {
  const gsStore = createGsStores({ log: options.log, ...options.gs })
  return {
    storeFor(root) {
      const address = parseAddress(root)
      if (address?.kind === 'posix') return createLocalStore(root, options)
      if (address?.kind === 'object' && address.scheme === 'gs') return gsStore(root)
      return null
    },
  }
}
