import { hash } from 'node:crypto'

/** What identifies a file in an index: SHA-256 of its org and its path. */
export function pathDigest(orgId: number, path: string): Buffer {
  return hash('sha256', `${orgId} ${path}`, 'buffer')
}
