import { isWithin } from './location.ts'

/** What of the private store holds files of orgs, below a folder for each org. */
const kinds = ['submissions', 'library'] as const

/** Where the files of one org are, and of no other. */
export function privateFolder(storeRoot: string, kind: (typeof kinds)[number], orgId: number): string {
  return `${storeRoot.replace(/\/+$/u, '')}/${kind}/${orgId}`
}

/** Whether what is at a path of the private store is the org's own. */
export function isInPrivateFolder(storeRoot: string, orgId: number, path: string): boolean {
  return kinds.some((kind) => isWithin(privateFolder(storeRoot, kind, orgId), path))
}
