import { Readable } from 'node:stream'
import type { Caller } from '../access/caller.ts'
import type { Db } from '../db/client.ts'
import { AppError } from '../errors.ts'
import { attachmentDisposition } from '../lib/content-disposition.ts'
import { ofLength } from '../lib/of-length.ts'
import type { Stores } from '../storage/stores.ts'
import { parseByteRange } from './byte-range.ts'
import { coveringStore } from './covering-store.ts'
import { findFile } from './file-query.repository.ts'

export interface FileContentDeps {
  db: Db
  stores: Stores
}

export interface FileContent {
  status: 200 | 206 | 416
  headers: Record<string, string | number>
  /** Reads exactly `content-length` bytes, or fails: a file may shrink or grow while it is read. */
  open(): Promise<Readable>
}

/** Finds what is at the file's path now, whole or in part. */
export async function findContent(
  deps: FileContentDeps,
  caller: Caller,
  id: number,
  range: string | undefined,
): Promise<FileContent> {
  const file = await findFile(deps.db, caller.orgId, id)
  if (file === undefined) throw new AppError('not_found', 'File not found')
  if (file.kind === 'directory')
    throw new AppError('invalid', `"${file.path}" is a directory; it has no bytes of its own`)
  const store = await coveringStore(deps, caller.orgId, file.path)
  if (store === null) {
    throw new AppError('invalid', `No location of this org covers "${file.path}", so it cannot be read`)
  }
  const look = await store.stat(file.path)
  if (look.state === 'absent') throw new AppError('not_found', `${look.reason}: "${file.path}"`)
  if (look.state !== 'present') throw new AppError('unavailable', `${look.reason}: "${file.path}"`)
  const { sizeBytes, generation } = look.facts

  const part = parseByteRange(range, sizeBytes)
  const headers = {
    'accept-ranges': 'bytes',
    'content-type': 'application/octet-stream',
    'content-disposition': attachmentDisposition(file.basename),
    ...(generation === null ? {} : { etag: `"${Buffer.from(generation).toString('base64url')}"` }),
  }
  if (part === 'unsatisfiable') {
    return {
      status: 416,
      headers: { ...headers, 'content-range': `bytes */${sizeBytes}` },
      open: async () => Readable.from([]),
    }
  }
  const { start, end } = part === 'whole' ? { start: 0, end: sizeBytes - 1 } : part
  const lengthBytes = end - start + 1
  const pinned = generation === null ? {} : { generation }
  return {
    status: part === 'whole' ? 200 : 206,
    headers: {
      ...headers,
      'content-length': lengthBytes,
      ...(part === 'whole' ? {} : { 'content-range': `bytes ${start}-${end}/${sizeBytes}` }),
    },
    async open() {
      if (lengthBytes === 0) return Readable.from([])
      return ofLength(lengthBytes, await store.readRange(file.path, { start, end, ...pinned }))
    },
  }
}
