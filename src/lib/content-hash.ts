import { createHash } from 'node:crypto'
import { crc32c } from '@node-rs/crc32'

export interface ContentHash {
  update(chunk: Buffer): void
  /** Size and checksums of all that came; once. */
  digest(): { sizeBytes: number; crc32c: string; sha256: string }
}

/** Counts and hashes bytes as they pass. */
export function createContentHash(): ContentHash {
  const sha256 = createHash('sha256')
  let checksum = 0
  let sizeBytes = 0
  return {
    update(chunk) {
      sizeBytes += chunk.length
      checksum = crc32c(chunk, checksum)
      sha256.update(chunk)
    },
    digest: () => ({ sizeBytes, crc32c: checksumFromNumber(checksum), sha256: sha256.digest('hex') }),
  }
}

export function crc32cOf(bytes: Buffer): string {
  return checksumFromNumber(crc32c(bytes))
}

/** Base64 of the big-endian bytes, as Google Cloud Storage writes a CRC32C. */
export function checksumFromNumber(value: number): string {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value >>> 0)
  return bytes.toString('base64')
}
