import type { Db } from '../db/client.ts'
import { createGatherer } from '../lib/gather.ts'
import { listRootsOfOrgs } from './location.repository.ts'

/** The roots of an org's locations as they are now. */
export type RootsOf = (orgId: number) => Promise<string[]>

/** Those who ask at the same moment share a statement. */
export function createRootsOf(db: Db): RootsOf {
  return createGatherer((orgIds: number[]) => listRootsOfOrgs(db, orgIds), { lanes: 2, most: 100 })
}
