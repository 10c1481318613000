import type { Json, JsonObject } from '../contract/json.ts'
import { AppError, type ErrorDetail, maxFaults } from '../errors.ts'
import { joinField } from '../lib/join-field.ts'
import { addressFault, createCover } from '../storage/location.ts'
import { isJsonObject } from './json-object.ts'

/** A file in a tree of outputs, in the order in which the tree names them: a primary before its companions. */
export interface OutputNode {
  address: string
  /** Where in the tree: `results.vcf`, `list[2]`; empty for the root. */
  place: string
  meta: JsonObject | null
  /** The index of its primary among the nodes. */
  companion: { primary: number; name: string } | null
  /** The node as it was sent. */
  sent: Json
}

export interface ParsedOutputs {
  /** The tree with the n-th primary replaced by `fileMarker(n)`. */
  shape: Json
  nodes: OutputNode[]
  faults: ErrorDetail[]
  /** The field of the request that gave the tree. */
  field: 'outputs' | 'output'
}

/** What stands for the n-th primary in a kept tree. A user's structure never has a text as `basename`: that is a file. */
function fileMarker(n: number): JsonObject {
  return { basename: String(n) }
}

/** Of all files together. Each place is kept with its file, so a long key above many files would be kept as often. */
const mostPlacesLength = 16 * 1024 * 1024

const fileFields = new Set([
  ...[
    'id',
    'parent_id',
    'path',
    'basename',
    'dirname',
    'nameroot',
    'nameext',
    'file_checksum',
    'size',
    'meta',
  ],
  ...['valid', 'secondary_files', 'state', 'reason', 'checked_at'],
])

/** Takes a tree apart into its shape and its files. `roots` are the org's: a bare path below one of them is a file. */
export function parseOutputs(
  outputs: Json,
  roots: readonly string[],
  field: 'outputs' | 'output' = 'outputs',
): ParsedOutputs {
  const nodes: OutputNode[] = []
  const faults: ErrorDetail[] = []
  const rootOf = createCover(roots)
  let primaries = 0
  let placesLength = 0

  const refuse = (place: string, message: string) => {
    if (faults.length < maxFaults) faults.push({ field: fieldOf(place, field), message })
  }

  function addNode(node: OutputNode): number {
    const fault = addressFault(node.address)
    if (fault !== null) refuse(node.place, `names "${node.address}", which ${fault}`)
    placesLength += node.place.length
    if (placesLength > mostPlacesLength) throw placesTooLong(field)
    nodes.push(node)
    return nodes.length - 1
  }

  function walk(value: Json, place: string, isRoot = false): Json {
    if (typeof value === 'string') {
      if (!isRoot && !isBareAddress(value, rootOf)) return value
      addNode({ address: value, place, meta: null, companion: null, sent: value })
      return fileMarker(primaries++)
    }
    if (Array.isArray(value)) return value.map((item, index) => walk(item, joinField(place, index)))
    if (!isJsonObject(value)) return value
    if (typeof value.basename === 'string') {
      walkFile(value, value.basename, place, null)
      return fileMarker(primaries++)
    }
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, walk(item, joinField(place, key))]),
    )
  }

  function walkFile(
    file: JsonObject,
    basename: string,
    place: string,
    companion: OutputNode['companion'],
  ): void {
    for (const key of Object.keys(file)) {
      if (!fileFields.has(key))
        refuse(joinField(place, key), 'is not a field of a file; an object with a text as basename is one')
    }
    const { path = basename, meta = null, secondary_files: companions = null } = file
    if (typeof path !== 'string')
      refuse(joinField(place, 'path'), 'must be a text: the full address of the file')
    if (meta !== null && !isJsonObject(meta)) refuse(joinField(place, 'meta'), 'must be an object or null')
    const index = addNode({
      address: typeof path === 'string' ? path : basename,
      place,
      meta: isJsonObject(meta) ? meta : null,
      companion,
      sent: file,
    })
    if (isJsonObject(companions)) walkCompanions(companions, joinField(place, 'secondary_files'), index)
    else if (companions !== null)
      refuse(joinField(place, 'secondary_files'), 'must be an object of files, each under its name')
  }

  function walkCompanions(companions: JsonObject, place: string, primary: number): void {
    for (const [name, value] of Object.entries(companions)) {
      const at = joinField(place, name)
      const companion = { primary, name }
      if (typeof value === 'string')
        addNode({ address: value, place: at, meta: null, companion, sent: value })
      else if (isJsonObject(value) && typeof value.basename === 'string')
        walkFile(value, value.basename, at, companion)
      else refuse(at, 'must be a file: an object with a text as basename, or its path')
    }
  }

  return { shape: walk(outputs, '', true), nodes, faults, field }
}

function placesTooLong(field: string): AppError {
  const message = `place their files under names of more than ${mostPlacesLength.toLocaleString('en')} characters in all; use shorter names`
  return new AppError('too_large', `The ${field} ${message}`, { details: [{ field, message }] })
}

/** The field of a request that a place of the tree is. */
export function fieldOf(place: string, root = 'outputs'): string {
  if (place === '') return root
  return place.startsWith('[') ? `${root}${place}` : `${root}.${place}`
}

/** A bare text is a file where it names one in a bucket, or below one of the org's locations; else it is text. */
function isBareAddress(text: string, rootOf: (path: string) => string | null): boolean {
  if (/^(?:gs|s3):\/\//.test(text)) return addressFault(text) === null
  const mayBePath = text.startsWith('/') || text.startsWith('\\\\') || /^[A-Za-z]:[\\/]/.test(text)
  return mayBePath && addressFault(text) === null && rootOf(text) !== null
}
