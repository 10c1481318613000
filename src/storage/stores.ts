import type { GsOptions } from './gs-client.ts'
import { createGsStores } from './gs-store.ts'
import { createLocalStore, type LocalStoreOptions } from './local-store.ts'
import { parseAddress } from './location.ts'
import { privateStore } from './private-store.ts'
import type { Store } from './store.ts'

export interface Stores {
  /** The store bound to `root`, a location's or the private store's; null for a scheme without a driver. */
  storeFor(root: string): Store | null
}

export interface StoresOptions extends LocalStoreOptions {
  /** Which of the roots is the private store's. */
  privateRoot?: string
  gs?: GsOptions
}

export function createStores(options: StoresOptions): Stores {
  const gsStore = createGsStores({ log: options.log, ...options.gs })
  const storeAt = (root: string): Store | null => {
    const address = parseAddress(root)
    if (address?.kind === 'posix') return createLocalStore(root, options)
    if (address?.kind === 'object' && address.scheme === 'gs') return gsStore(root)
    return null
  }
  return {
    storeFor(root) {
      const store = storeAt(root)
      return store !== null && root === options.privateRoot ? privateStore(store) : store
    },
  }
}
