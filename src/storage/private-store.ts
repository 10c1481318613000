import type { Store } from './store.ts'

/** The private store: what is there was uploaded file by file. */
export function privateStore(store: Store): Store {
  return { ...store, filesOnly: true }
}
