import type { FileState } from '../contract/file.ts'
import type { Json, JsonObject } from '../contract/json.ts'
import { addToList } from '../lib/add-to-list.ts'
import { wireTime } from '../lib/wire-time.ts'
import { isJsonObject } from './json-object.ts'

/** A file of a tree as the ledger has it. Its facts are the pinned version's; without one it is not there. */
export interface OutputRow {
  use_id: number
  primary_use_id: number | null
  companion_name: string | null
  file_id: number
  version_id: number | null
  path: string
  basename: string
  dirname: string
  nameroot: string
  nameext: string | null
  crc32c: string | null
  size_bytes: number | null
  meta: JsonObject | null
  state: FileState
  reason: string
  checked_at: Date | null
  /** Whether the last look that found something out saw it go. */
  is_gone: boolean
}

export type MissingAs = 'string' | 'object'

/** The tree in its shape, each file in its place. `rows` are in the order of the tree. */
export function renderOutputs(shape: Json, rows: readonly OutputRow[], missingAs: MissingAs): Json {
  const companions = companionsByPrimary(rows)
  const primaries = rows.filter((row) => row.primary_use_id === null)
  const render = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(render)
    if (!isJsonObject(value)) return value
    if (typeof value.basename !== 'string') {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, render(item)]))
    }
    const row = primaries[Number(value.basename)]
    if (row === undefined) throw new RangeError(`The tree has no file ${value.basename}`)
    return renderFile(row, companions, missingAs)
  }
  return render(shape)
}

type Companions = ReadonlyMap<number, readonly OutputRow[]>

export function companionsByPrimary<R extends OutputRow>(
  rows: readonly R[],
): ReadonlyMap<number, readonly R[]> {
  const companions = new Map<number, R[]>()
  for (const row of rows) {
    if (row.primary_use_id !== null) addToList(companions, row.primary_use_id, row)
  }
  return companions
}

/** What was there stays an object, also when it is gone since; what is not there yet is its path. */
function renderFile(row: OutputRow, companions: Companions, missingAs: MissingAs): Json {
  const secondaryFiles = () =>
    Object.fromEntries(
      (companions.get(row.use_id) ?? []).map((companion) => [
        companion.companion_name ?? '',
        renderFile(companion, companions, missingAs),
      ]),
    )
  if (row.version_id !== null) {
    return {
      id: row.file_id,
      ...(row.primary_use_id === null ? { parent_id: null } : {}),
      path: row.path,
      basename: row.basename,
      dirname: row.dirname,
      nameroot: row.nameroot,
      nameext: row.nameext,
      file_checksum: row.crc32c,
      size: row.size_bytes,
      meta: row.meta,
      valid: !row.is_gone,
      secondary_files: secondaryFiles(),
    }
  }
  if (missingAs === 'string') return row.path
  return {
    path: row.path,
    basename: row.basename,
    valid: false,
    ...whyMissing(row),
    checked_at: wireTime(row.checked_at),
    secondary_files: secondaryFiles(),
  }
}

function whyMissing({ state, reason }: OutputRow): { state: 'missing' | 'unreachable'; reason: string } {
  if (state === 'missing' || state === 'gone') return { state: 'missing', reason }
  if (state !== 'verified') return { state: 'unreachable', reason }
  // Another place could look at it; from here nobody could, and nobody has tried again since.
  return { state: 'unreachable', reason: 'It could not be looked at when it was registered here' }
}
