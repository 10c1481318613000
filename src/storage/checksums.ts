import type { FileHandle } from 'node:fs/promises'
import { crc32c } from '@node-rs/crc32'

const chunkBytes = 256 * 1024

/** Base64 of the big-endian bytes, as Google Cloud Storage writes a CRC32C. */
export function checksumFromNumber(value: number): string {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value >>> 0)
  return bytes.toString('base64')
}

/** CRC32C of an open file, from its beginning, in memory that does not grow with it. */
export async function checksumOfHandle(handle: FileHandle): Promise<string> {
  const { size } = await handle.stat()
  const buffer = Buffer.allocUnsafe(Math.max(1, Math.min(chunkBytes, size)))
  let value = 0
  let position = 0
  for (;;) {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, position)
    if (bytesRead === 0) return checksumFromNumber(value)
    value = crc32c(buffer.subarray(0, bytesRead), value)
    position += bytesRead
  }
}
