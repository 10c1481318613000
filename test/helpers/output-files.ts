import { crc32c } from '@node-rs/crc32'
import { expect } from 'vitest'
import { checksumFromNumber } from '../../src/lib/content-hash.ts'

/** What an answer says of a file of this content; ids are the database's own, so any will do. */
export function outputFile(
  path: string,
  content: string,
  parts: { nameroot: string; nameext: string | null },
  own: { meta?: object | null; secondary_files?: object; valid?: boolean } = {},
) {
  const cut = path.lastIndexOf('/')
  return {
    id: expect.any(Number),
    parent_id: null,
    path,
    basename: path.slice(cut + 1),
    dirname: path.slice(0, cut),
    ...parts,
    file_checksum: checksumFromNumber(crc32c(content)),
    size: Buffer.byteLength(content),
    meta: null,
    valid: true,
    secondary_files: {},
    ...own,
  }
}

/** The same below `secondary_files`, where a file tells no parent_id. */
export function secondaryFile(...of: Parameters<typeof outputFile>) {
  const { parent_id: _, ...rest } = outputFile(...of)
  return rest
}
