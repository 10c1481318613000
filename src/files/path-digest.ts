import { createHash } from 'node:crypto'

/** What identifies a path in an index: SHA-256 of its UTF-8. */
export function pathDigest(path: string): Buffer {
  return createHash('sha256').update(path, 'utf8').digest()
}
