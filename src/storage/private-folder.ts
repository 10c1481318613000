import { isWithin } from './location.ts'

/** What of the private store holds files of orgs, below a folder for each org. */
const kinds = ['submissions', 'library'] as const

/** Where the files of one org are, and of no other. */
export function privateFolder(storeRoot: string, kind: (typeof kinds)[number], orgId: number): string {
  return `${storeRoot.replace(/\/+$/u, '')}/${kind}/${orgId}`
}

/** Whether what is at a path of the private store is the org's own. Only the spelling that uploads are recorded in counts. */
export function isInPrivateFolder(storeRoot: string, orgId: number, path: string): boolean {
  return kinds.some((kind) => {
    const folder = privateFolder(storeRoot, kind, orgId)
    return path.startsWith(`${folder}/`) && isWithin(folder, path)
  })
}
