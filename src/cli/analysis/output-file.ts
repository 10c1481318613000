import { isJsonObject } from '../../analyses/json-object.ts'
import type { AnalysisChange } from '../../contract/analysis.ts'
import type { Json, JsonObject } from '../../contract/json.ts'

/** What stands at an output's path, compared with what was registered there. */
export type OutputState = 'there' | 'changed' | 'gone' | 'missing' | 'unreachable'

export interface OutputFile {
  state: OutputState
  path: string
  size: number | null
  checksum: string | null
  /** Why it is not there as registered. */
  reason: string
}

/** A file as the API shows it with `?missing=object`. */
export interface ShownFile {
  id?: number
  path: string
  basename: string
  valid: boolean
  size?: number | null
  file_checksum?: string | null
  state?: 'missing' | 'unreachable'
  reason?: string
  secondary_files: JsonObject
}

/** `changes` are those of this file in this place; `unreachable` are reasons by file id, known from elsewhere. */
export function outputFile(
  file: ShownFile,
  changes: readonly AnalysisChange[],
  unreachable: ReadonlyMap<number, string>,
): OutputFile {
  const facts = { path: file.path, size: file.size ?? null, checksum: file.file_checksum ?? null }
  if (file.state !== undefined) return { ...facts, state: file.state, reason: file.reason ?? '' }
  const notSeen = unreachable.get(file.id ?? 0)
  if (notSeen !== undefined) return { ...facts, state: 'unreachable', reason: notSeen }
  const since = changes.slice(changes.findLastIndex(({ state }) => state === 'appeared') + 1)
  const wanted = file.valid ? 'changed' : 'gone'
  const change = since.findLast(({ state }) => state === wanted)
  if (!file.valid) return { ...facts, state: 'gone', reason: change?.reason ?? '' }
  if (change !== undefined) return { ...facts, state: 'changed', reason: change.reason }
  return { ...facts, state: 'there', reason: '' }
}

/** Structure never has a text as `basename`: such an object is a file. */
export function isShownFile(value: Json): value is Json & ShownFile {
  return isJsonObject(value) && typeof value.basename === 'string'
}
