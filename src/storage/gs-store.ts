import type { FileMetadata } from '@google-cloud/storage'
import { AppError } from '../errors.ts'
import { attachmentDisposition } from '../lib/content-disposition.ts'
import { destroyOnAbort } from '../lib/destroy-on-abort.ts'
import type { Logger } from '../lib/logger.ts'
import { alreadyThere, noContent, otherGeneration, outsideLocation } from './content-errors.ts'
import { type GsClient, type GsOptions, loadGsClient } from './gs-client.ts'
import { gsNoAnswer, gsWriteFailed, isPreconditionFault, noSuchName } from './gs-errors.ts'
import { readObject } from './gs-read.ts'
import { uploadNew, uploadTemporary } from './gs-write.ts'
import { contains, parseAddress } from './location.ts'
import {
  type CallOptions,
  type FileFacts,
  isTemporary,
  type ListPage,
  type Store,
  temporaryFolder,
} from './store.ts'

const fields = 'name,size,crc32c,generation,updated'
const longestKeyBytes = 1024

/** Makes stores for buckets that share one client, which is loaded when one of them is first asked. */
export function createGsStores(options: GsOptions & { log: Logger }): (root: string) => Store {
  let loading: Promise<GsClient> | null = null
  const client = () => {
    loading ??= loadGsClient(options)
    return loading
  }
  return (root) => createGsStore(root, client, options.log)
}

function createGsStore(root: string, loadClient: () => Promise<GsClient>, log: Logger): Store {
  const address = parseAddress(root)
  if (address?.kind !== 'object') throw new AppError('internal', `"${root}" is no bucket's address`)
  const { bucket } = address
  const objects = `/b/${encodeURIComponent(bucket)}/o`
  const objectPath = (key: string) => `${objects}/${encodeURIComponent(key)}`
  const rootKey = address.key.replace(/\/+$/u, '')
  const temporaryPrefix = `${rootKey === '' ? '' : `${rootKey}/`}${temporaryFolder}/`
  const pathOf = (key: string) => `gs://${bucket}/${key}`

  function anyKeyOf(path: string): string {
    const parsed = parseAddress(path)
    if (address === null || parsed?.kind !== 'object' || !contains(address, parsed))
      throw outsideLocation(root, path)
    return parsed.key
  }

  /** The key of a path that may be in the bucket; null for a name that no object can have. */
  function keyOf(path: string): string | null {
    const key = anyKeyOf(path)
    return key === '' || key === '.' || Buffer.byteLength(key) > longestKeyBytes ? null : key
  }

  async function fileOf(path: string) {
    const key = keyOf(path)
    if (key === null) throw noContent(path, noSuchName)
    const client = await loadClient()
    return { client, key, file: client.requests.bucket(bucket).file(key) }
  }

  const store: Store = {
    root,
    listPageSize: 1000,
    concurrentLooks: 128,

    async stat(path, options) {
      try {
        const key = keyOf(path)
        if (key === null) return noSuchName
        const client = await loadClient()
        const metadata = await client.look<FileMetadata>(`${objectPath(key)}?fields=${fields}`, options)
        return { state: 'present', facts: factsFromMetadata(metadata) }
      } catch (error) {
        if (error instanceof AppError) return { state: 'absent', reason: error.message }
        return gsNoAnswer(bucket, error)
      }
    },

    async listRange(folder, options = {}): Promise<ListPage> {
      try {
        const client = await loadClient()
        const endAt = options.endAt === undefined ? null : keyOf(options.endAt)
        const startAt = options.startAt === undefined ? null : keyOf(options.startAt)
        const page = await listObjects(
          client,
          {
            prefix: anyKeyOf(folder),
            maxResults: options.maxResults ?? 1000,
            ...(startAt !== null && { startOffset: startAt }),
            // `endOffset` is exclusive. A space sorts before all that can follow the last key but control characters.
            ...(endAt !== null && Buffer.byteLength(endAt) < longestKeyBytes && { endOffset: `${endAt} ` }),
            ...(options.pageToken !== undefined && { pageToken: options.pageToken }),
          },
          options,
        )
        const listed = (page.items ?? []).filter(
          ({ name = '' }) => !name.endsWith('/') && !isTemporary(pathOf(name)),
        )
        return {
          state: 'listed',
          files: listed.map((one) => ({ path: pathOf(one.name ?? ''), facts: factsFromMetadata(one) })),
          nextPageToken: page.nextPageToken ?? null,
        }
      } catch (error) {
        if (error instanceof AppError) return { state: 'absent', reason: error.message }
        return gsNoAnswer(bucket, error)
      }
    },

    async readRange(path, options = {}) {
      const { client, key } = await fileOf(path)
      try {
        return await client.call(() => readObject(client.requests, objectPath(key), options), options)
      } catch (error) {
        const answer = gsNoAnswer(bucket, error)
        if (answer.state === 'absent' && options.generation !== undefined) {
          if ((await store.stat(path)).state === 'present') throw otherGeneration(path)
        }
        throw noContent(path, answer, error)
      }
    },

    async writeTemporary(content, { signal } = {}) {
      const unwatch = destroyOnAbort(content, signal)
      try {
        const { name, ...written } = await uploadTemporary(
          await loadClient(),
          bucket,
          temporaryPrefix,
          content,
        )
        return { path: pathOf(name), ...written, onDisk: Promise.resolve() }
      } finally {
        unwatch()
      }
    },

    async moveInPlace(temporaryPath, finalPath, { ifAbsent = false } = {}) {
      const source = await fileOf(temporaryPath)
      const target = await fileOf(finalPath)
      const options = ifAbsent ? { preconditionOpts: { ifGenerationMatch: 0 } } : {}
      let facts: FileFacts | null = null
      try {
        facts = await source.client.call(async (attempt) => {
          try {
            const [, answer] = await source.file.copy(target.file, options)
            return factsFromMetadata((answer as { resource: FileMetadata }).resource)
          } catch (error) {
            // A copy whose answer was lost finds itself in its own way.
            const own =
              attempt > 1 && isPreconditionFault(error) ? await sameContent(temporaryPath, finalPath) : null
            if (own === null) throw error
            return own
          }
        })
      } catch (error) {
        if (isPreconditionFault(error)) throw alreadyThere(finalPath)
        const answer = gsNoAnswer(bucket, error)
        throw answer.state === 'absent'
          ? noContent(temporaryPath, answer, error)
          : gsWriteFailed(bucket, error)
      }
      await source.client
        .call(() => source.file.delete({ ignoreNotFound: true }))
        .catch((error: unknown) =>
          log.warn({ err: error, path: temporaryPath }, 'a temporary is left to the sweeper'),
        )
      return facts
    },

    async writeNew(path, content) {
      const { client, key: name } = await fileOf(path)
      try {
        const upload = (attempt: number) => uploadNew(client, bucket, { name, content, isAgain: attempt > 1 })
        return factsFromMetadata(await client.call(upload))
      } catch (error) {
        if (isPreconditionFault(error)) throw alreadyThere(path)
        throw error instanceof AppError ? error : gsWriteFailed(bucket, error)
      }
    },

    async delete(path) {
      if (keyOf(path) === null) return
      const { client, file } = await fileOf(path)
      try {
        await client.call(() => file.delete({ ignoreNotFound: true }))
      } catch (error) {
        const { reason } = gsNoAnswer(bucket, error)
        throw new AppError('unavailable', `"${path}" cannot be deleted: ${reason}`, { cause: error })
      }
    },

    async *listTemporary(olderThan) {
      const client = await loadClient()
      let pageToken: string | undefined
      do {
        const query = { prefix: temporaryPrefix, ...(pageToken !== undefined && { pageToken }) }
        const page = await listObjects(client, query).catch((error: unknown) => {
          throw new AppError('unavailable', gsNoAnswer(bucket, error).reason, { cause: error })
        })
        for (const one of page.items ?? []) {
          const facts = factsFromMetadata(one)
          if (facts.modifiedAt !== null && facts.modifiedAt < olderThan)
            yield { path: pathOf(one.name ?? ''), facts }
        }
        pageToken = page.nextPageToken
      } while (pageToken !== undefined)
    },

    async signedLink(path, { expiresInSeconds, contentType, fileName, generation }) {
      const { client, file } = await fileOf(path)
      if (client.requests.customEndpoint) return null
      try {
        const [url] = await file.getSignedUrl({
          version: 'v4',
          action: 'read',
          expires: Date.now() + expiresInSeconds * 1000,
          responseType: contentType,
          responseDisposition: attachmentDisposition(fileName),
          queryParams: { generation },
        })
        return url
      } catch (error) {
        log.debug({ err: error, path }, 'these credentials cannot sign links')
        return null
      }
    },
  }

  function listObjects(client: GsClient, query: Record<string, string | number>, options?: CallOptions) {
    const parts = Object.entries({ ...query, fields: `items(${fields}),nextPageToken` })
    const written = parts.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')
    return client.look<ObjectPage>(`${objects}?${written}`, options)
  }

  /** Facts of the final file if it holds the bytes of the temporary one. */
  async function sameContent(temporaryPath: string, finalPath: string): Promise<FileFacts | null> {
    const [from, to] = await Promise.all([store.stat(temporaryPath), store.stat(finalPath)])
    if (from.state !== 'present' || to.state !== 'present') return null
    const same = from.facts.crc32c === to.facts.crc32c && from.facts.sizeBytes === to.facts.sizeBytes
    return same ? to.facts : null
  }

  return store
}

interface ObjectPage {
  items?: FileMetadata[]
  nextPageToken?: string
}

function factsFromMetadata(metadata: FileMetadata): FileFacts {
  return {
    sizeBytes: Number(metadata.size ?? 0),
    crc32c: metadata.crc32c ?? null,
    generation: metadata.generation === undefined ? null : String(metadata.generation),
    modifiedAt: metadata.updated === undefined ? null : new Date(metadata.updated),
  }
}
