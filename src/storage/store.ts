import type { Readable } from 'node:stream'

/** What a store says about one file without its content being read. */
export interface FileFacts {
  sizeBytes: number
  /** Base64 of the big-endian CRC32C; null where the store does not have it and nobody computed it yet. */
  crc32c: string | null
  /** Changes whenever the bytes at the path may have changed; opaque. */
  generation: string | null
  modifiedAt: Date | null
}

/** Why a store has nothing to tell; `reason` is a sentence for the person who named the path. */
export interface NoAnswer {
  state: 'absent' | 'forbidden' | 'failed'
  reason: string
  /** Of a listing: what below its folder the reason is about, where it is not the folder itself. */
  at?: string
}

/** How every store tells of a path where nothing is; it may say more behind it. */
export const nothingThere: NoAnswer = { state: 'absent', reason: 'There is no file at this path' }

export type Look = { state: 'present'; facts: FileFacts } | NoAnswer

export interface ListedFile {
  path: string
  facts: FileFacts
}

/** `nextPageToken` is null on the last page. */
export type ListPage = { state: 'listed'; files: ListedFile[]; nextPageToken: string | null } | NoAnswer

export interface CallOptions {
  /** Ends the call early; the answer is then `failed`. */
  signal?: AbortSignal
  /** Called once for each request that goes to the store, retries included. */
  onRequest?: () => void
}

interface LookOptions extends CallOptions {
  /** Where the store keeps no checksums: read files up to this size and compute theirs. Default 0, none. */
  checksumUpToBytes?: number
}

export interface ListOptions extends LookOptions {
  /** First and last path to list, both included. */
  startAt?: string
  endAt?: string
  pageToken?: string
  maxResults?: number
  /** No page rather than one that leaves out what is there: what cannot be read, or has a name that no address can hold. */
  whole?: boolean
}

export interface ReadOptions {
  /** First and last byte, both included, as in HTTP. */
  start?: number
  end?: number
  /** Refuse to read anything but this generation. */
  generation?: string
  signal?: AbortSignal
}

/** A file of the same store that the ledger knows to hold certain bytes. */
export interface KnownContent {
  path: string
  generation: string
}

export interface WriteOptions {
  /** Holds the very same bytes: the two may share storage, as long as each can go without the other. */
  sameAs?: KnownContent
}

export interface MoveOptions extends WriteOptions {
  /** A file that is there already stays as it is. */
  ifAbsent?: boolean
}

export interface WrittenTemporary {
  /** The temporary address, for `moveInPlace` or `delete`. */
  path: string
  sizeBytes: number
  crc32c: string
  /** Lower-case hexadecimal. */
  sha256: string
  /** Resolves once its bytes survive a power cut: whoever gives it a place waits for that too. */
  onDisk: Promise<void>
}

/**
 * One location, or the private store. A store is bound to a root: a path that lies outside it, by its name or by
 * following links, is never read, written or told about. Paths are full addresses, as users write them.
 *
 * Looks (`stat`, `listRange`) answer a verdict and do not throw. Everything else throws `AppError`: `not_found` where
 * there is no such file, `unavailable` where the store refuses or fails, `conflict` where `ifAbsent` or `writeNew` found a file.
 */
export interface Store {
  readonly root: string

  /** Files in a full page of a listing; null where listing a folder saves nothing over one `stat` per path. */
  readonly listPageSize: number | null

  /** How many looks at a time this store is best asked for. */
  readonly concurrentLooks: number

  /** Whatever its name, what is at a path is a file and no directory that counts as one item. */
  readonly filesOnly?: boolean

  /** Called when a path is named, verified or watched. A directory is absent, with that reason. */
  stat(path: string, options?: LookOptions): Promise<Look>

  /**
   * Called by the probe and to read a directory item. Every file whose address begins with `folder` (which ends in
   * `/`), at any depth, in the order of `compareCodePoints`. Temporaries are never listed. A folder in it that cannot be
   * read is passed over, unless the listing is to be `whole`.
   */
  listRange(folder: string, options?: ListOptions): Promise<ListPage>

  /** Called to serve, stage or check content. Resolves once the store has begun to answer; no file is held in memory. */
  readRange(path: string, options?: ReadOptions): Promise<Readable>

  /**
   * Called while a request's bytes arrive; resolves once the store has them all. If `content` or the store fails, nothing
   * stays behind; `content`'s own error is thrown as it is.
   */
  writeTemporary(content: Readable, options?: { signal?: AbortSignal }): Promise<WrittenTemporary>

  /**
   * Called with the commit of the rows that name `finalPath`. Readers see all of the file or none. Once it resolves, the
   * file survives a power cut as soon as the temporary is `onDisk`.
   */
  moveInPlace(temporaryPath: string, finalPath: string, options?: MoveOptions): Promise<FileFacts>

  /**
   * Called in place of the two before for content that is small enough to be held, and a path that nobody reads yet:
   * until it resolves a reader may see a part of the file. Once it does, the file survives a power cut.
   */
  writeNew(path: string, content: Buffer, options?: WriteOptions): Promise<FileFacts>

  /** Called to undo and by deletions. A file that is not there is no fault. */
  delete(path: string): Promise<void>

  /** Called by the sweeper: what writers that died have left behind. */
  listTemporary(olderThan: Date): AsyncIterable<ListedFile>

  /**
   * Called for a download link, which answers with this generation or not at all. Null where the store cannot make one
   * of its own: the server then signs its own.
   */
  signedLink(
    path: string,
    options: { expiresInSeconds: number; contentType: string; fileName: string; generation: string },
  ): Promise<string | null>
}

/** The folder under a root that holds what is still being written. */
export const temporaryFolder = '.waybill-tmp'

/** Whether a path is that of something still being written, in this location or in one inside it. */
export function isTemporary(path: string): boolean {
  return path.includes(`/${temporaryFolder}/`)
}

/** Up to this size a look at a file may read it for its checksum. */
export const smallFileBytes = 4 * 1024 * 1024
