import { Readable } from 'node:stream'
import type { Caller } from '../access/caller.ts'
import type { Db } from '../db/client.ts'
import { AppError } from '../errors.ts'
import { attachmentDisposition } from '../lib/content-disposition.ts'
import { ofLength } from '../lib/of-length.ts'
import type { Stores } from '../storage/stores.ts'
import { asNewestVersion, type PresentFile } from './as-version.ts'
import { parseByteRange } from './byte-range.ts'
import { readableStore } from './covering-store.ts'
import { findFile } from './file-query.repository.ts'
import type { Uploads } from './uploads.ts'

export interface FileContentDeps {
  db: Db
  stores: Stores
  uploads: Uploads
  /** The name under which a file of the private store was uploaded; it is stored under a plainer one. */
  findOriginalName(db: Db, orgId: number, fileId: number): Promise<string | undefined>
}

export interface FileContent {
  status: 200 | 206 | 416
  headers: Record<string, string | number>
  /** Reads exactly `content-length` bytes, or fails: a file may shrink or grow while it is read. */
  open(): Promise<Readable>
}

/**
 * Finds what is at the file's path now, whole or in part. Of an upload, which nobody is to change, only what the ledger
 * last saw there; throws `conflict` where it is anything else.
 */
export async function findContent(
  deps: FileContentDeps,
  caller: Caller,
  id: number,
  range: string | undefined,
): Promise<FileContent> {
  const present = await findPresentFile(deps, caller.orgId, id)
  const file = present.isUpload ? await asNewestVersion(deps.db, caller.orgId, present) : present
  return contentOf(file, { range })
}

export async function findPresentFile(
  deps: FileContentDeps,
  orgId: number,
  id: number,
): Promise<PresentFile> {
  const file = await findFile(deps.db, orgId, id)
  if (file === undefined) throw new AppError('not_found', 'File not found')
  const { path } = file
  if (file.kind === 'directory')
    throw new AppError('invalid', `"${path}" is a directory; it has no bytes of its own`)
  const store = await readableStore(deps, orgId, path)
  if (store === null) {
    throw new AppError('invalid', `No location of this org covers "${path}", so it cannot be read`)
  }
  const look = await store.stat(path)
  if (look.state === 'absent') throw new AppError('not_found', `${look.reason}: "${path}"`)
  if (look.state !== 'present') throw new AppError('unavailable', `${look.reason}: "${path}"`)
  const isUpload = store.root === deps.uploads.storeRoot
  const original = isUpload ? await deps.findOriginalName(deps.db, orgId, id) : undefined
  return { fileId: id, path, name: original ?? file.basename, store, facts: look.facts, isUpload }
}

/** Of these facts' generation and no other. */
export function contentOf(
  { path, name, store, facts: { sizeBytes, generation } }: PresentFile,
  options: { range: string | undefined; contentType?: string },
): FileContent {
  const part = parseByteRange(options.range, sizeBytes)
  const headers = {
    'accept-ranges': 'bytes',
    'content-type': options.contentType ?? 'application/octet-stream',
    'content-disposition': attachmentDisposition(name),
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
      return ofLength(lengthBytes, await store.readRange(path, { start, end, ...pinned }))
    },
  }
}
