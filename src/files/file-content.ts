import { Readable } from 'node:stream'
import type { Caller } from '../access/caller.ts'
import type { Db } from '../db/client.ts'
import { AppError } from '../errors.ts'
import { attachmentDisposition } from '../lib/content-disposition.ts'
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
  body: Readable
}

/** Opens what is at the file's path now, whole or in part. */
export async function openContent(
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
    'x-content-type-options': 'nosniff',
    ...(generation === null ? {} : { etag: `"${Buffer.from(generation).toString('base64url')}"` }),
  }
  if (part === 'unsatisfiable') {
    return {
      status: 416,
      headers: { ...headers, 'content-range': `bytes */${sizeBytes}` },
      body: Readable.from([]),
    }
  }
  const pinned = generation === null ? {} : { generation }
  if (part === 'whole') {
    const body = sizeBytes === 0 ? Readable.from([]) : await store.readRange(file.path, pinned)
    return { status: 200, headers: { ...headers, 'content-length': sizeBytes }, body }
  }
  return {
    status: 206,
    headers: {
      ...headers,
      'content-length': part.end - part.start + 1,
      'content-range': `bytes ${part.start}-${part.end}/${sizeBytes}`,
    },
    body: await store.readRange(file.path, { ...part, ...pinned }),
  }
}
