import { Readable } from 'node:stream'
import { crc32c } from '@node-rs/crc32'
import { compareCodePoints } from '../../src/lib/compare-code-points.ts'

export interface GsObject {
  bucket: string
  name: string
  generation: string
  contentType: string
  sizeBytes: number
  crc32c: string
  updated: string
  read(start: number, sizeBytes: number): Readable
}

export interface Refused {
  status: number
  message: string
}

export type GsBuckets = ReturnType<typeof createGsBuckets>

/** Content over this size is counted and hashed but not kept; it reads as zeros. */
export const keptContentBytes = 32 * 1024 * 1024

export function createGsBuckets() {
  const buckets = new Map<string, Map<string, GsObject>>()
  const sortedNames = new Map<string, string[]>()
  let generation = 1_700_000_000_000_000

  function namesOf(bucket: string): string[] {
    const known = sortedNames.get(bucket)
    if (known !== undefined) return known
    const names = [...(buckets.get(bucket)?.keys() ?? [])].sort(compareCodePoints)
    sortedNames.set(bucket, names)
    return names
  }

  function store(bucket: string, object: GsObject): GsObject {
    const objects = buckets.get(bucket) ?? new Map<string, GsObject>()
    buckets.set(bucket, objects)
    objects.set(object.name, object)
    sortedNames.delete(bucket)
    return object
  }

  const self = {
    has: (bucket: string) => buckets.has(bucket),
    get: (bucket: string, name: string) => buckets.get(bucket)?.get(name),
    names: (bucket: string): readonly string[] => namesOf(bucket),
    size: () => [...buckets.values()].reduce((sum, objects) => sum + objects.size, 0),
    make(bucket: string) {
      if (!buckets.has(bucket)) buckets.set(bucket, new Map())
    },
    clear() {
      buckets.clear()
      sortedNames.clear()
    },
    remove(bucket: string, name: string) {
      buckets.get(bucket)?.delete(name)
      sortedNames.delete(bucket)
    },

    put(
      bucket: string,
      name: string,
      content: Buffer | string,
      contentType = 'application/octet-stream',
    ): GsObject {
      const data = Buffer.from(content)
      return self.putFacts(bucket, name, contentType, data.length, crc32c(data), data)
    },

    /** With `data` null the content was too large to keep. */
    putFacts(
      bucket: string,
      name: string,
      contentType: string,
      sizeBytes: number,
      checksum: number,
      data: Buffer | null,
    ): GsObject {
      const crc = Buffer.alloc(4)
      crc.writeUInt32BE(checksum)
      generation += 1
      return store(bucket, {
        bucket,
        name,
        generation: String(generation),
        contentType,
        sizeBytes,
        crc32c: crc.toString('base64'),
        updated: new Date().toISOString(),
        read: (start, bytes) =>
          data === null ? zeros(bytes) : Readable.from([data.subarray(start, start + bytes)]),
      })
    },

    copy(
      bucket: string,
      name: string,
      toBucket: string,
      toName: string,
      query: URLSearchParams,
    ): GsObject | Refused {
      const source = self.get(bucket, name)
      if (source === undefined) return { status: 404, message: `No such object: ${bucket}/${name}` }
      const refused = preconditionFault(self.get(toBucket, toName), query)
      if (refused !== null) return refused
      generation += 1
      return store(toBucket, {
        ...source,
        bucket: toBucket,
        name: toName,
        generation: String(generation),
        updated: new Date().toISOString(),
      })
    },

    list(bucket: string, query: URLSearchParams) {
      const names = namesOf(bucket)
      const prefix = query.get('prefix') ?? ''
      const delimiter = query.get('delimiter') ?? ''
      const endOffset = query.get('endOffset')
      const token = query.get('pageToken')
      const maxResults = Math.min(Number(query.get('maxResults') ?? 1000), 1000)
      const from = [prefix, query.get('startOffset') ?? '', token === null ? '' : fromToken(token)]
        .sort(compareCodePoints)
        .at(-1)
      const items: object[] = []
      const prefixes = new Set<string>()
      for (let i = lowerBound(names, from ?? ''); i < names.length; i++) {
        const name = names[i] ?? ''
        if (endOffset !== null && compareCodePoints(name, endOffset) >= 0) break
        if (!name.startsWith(prefix)) break
        if (items.length + prefixes.size >= maxResults) {
          return page(items, prefixes, Buffer.from(name).toString('base64url'))
        }
        const cut = delimiter === '' ? -1 : name.indexOf(delimiter, prefix.length)
        const object = self.get(bucket, name)
        if (cut >= 0) prefixes.add(name.slice(0, cut + delimiter.length))
        else if (object !== undefined) items.push(resourceOf(object))
      }
      return page(items, prefixes, undefined)
    },
  }
  return self
}

export function preconditionFault(current: GsObject | undefined, query: URLSearchParams): Refused | null {
  const wanted = query.get('ifGenerationMatch')
  if (wanted === null || wanted === (current?.generation ?? '0')) return null
  return { status: 412, message: 'At least one of the pre-conditions you specified did not hold.' }
}

export function resourceOf(object: GsObject): object {
  return {
    kind: 'storage#object',
    id: `${object.bucket}/${object.name}/${object.generation}`,
    name: object.name,
    bucket: object.bucket,
    generation: object.generation,
    metageneration: '1',
    contentType: object.contentType,
    size: String(object.sizeBytes),
    crc32c: object.crc32c,
    etag: object.generation,
    timeCreated: object.updated,
    updated: object.updated,
  }
}

function page(items: object[], prefixes: Set<string>, nextPageToken: string | undefined): object {
  return { kind: 'storage#objects', items, prefixes: [...prefixes], nextPageToken }
}

const fromToken = (token: string) => Buffer.from(token, 'base64url').toString()

function lowerBound(names: readonly string[], from: string): number {
  let low = 0
  let high = names.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (compareCodePoints(names[middle] ?? '', from) < 0) low = middle + 1
    else high = middle
  }
  return low
}

function zeros(sizeBytes: number): Readable {
  const block = Buffer.alloc(64 * 1024)
  let left = sizeBytes
  return new Readable({
    read() {
      const bytes = Math.min(left, block.length)
      left -= bytes
      this.push(bytes === 0 ? null : block.subarray(0, bytes))
    },
  })
}
