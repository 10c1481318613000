import { parseAddress } from '../storage/location.ts'
import type { Store } from '../storage/store.ts'
import type { Stores } from '../storage/stores.ts'
import type { Metrics } from './metrics.ts'

/** The same stores, every call to them counted by kind of store and of call. */
export function countedStores(stores: Stores, storeCalls: Metrics['storeCalls']): Stores {
  return {
    storeFor(root) {
      const store = stores.storeFor(root)
      return store === null ? null : countedStore(store, schemeOf(root), storeCalls)
    },
  }
}

function countedStore(store: Store, scheme: string, storeCalls: Metrics['storeCalls']): Store {
  const counted = <A extends unknown[], R>(call: string, method: (...args: A) => R) => {
    return (...args: A): R => {
      storeCalls.inc({ store: scheme, call })
      return method(...args)
    }
  }
  return {
    ...store,
    stat: counted('stat', store.stat),
    listRange: counted('list', store.listRange),
    readRange: counted('read', store.readRange),
    writeTemporary: counted('write', store.writeTemporary),
    moveInPlace: counted('move', store.moveInPlace),
    writeNew: counted('write', store.writeNew),
    delete: counted('delete', store.delete),
  }
}

function schemeOf(root: string): string {
  const address = parseAddress(root)
  return address?.kind === 'object' ? address.scheme : 'local'
}
