import type { Json } from '../contract/json.ts'
import { addToList } from '../lib/add-to-list.ts'
import { isJsonObject } from './json-object.ts'
import type { OutputUseRow } from './output.repository.ts'
import type { OutputNode } from './parse-outputs.ts'
import { companionsByPrimary } from './render-outputs.ts'

/** A file of the tree that is to stand, and the use that it goes on from, if it was sent back as it was shown. */
export interface PlannedOutput {
  node: OutputNode
  from: OutputUseRow | null
  /** A companion of a file that is shown as its path alone. */
  isHidden: boolean
}

/**
 * Files that are sent back as they were shown keep their version, whatever stands at their path by now, also in another
 * place. One that is not there is shown as its path alone: its companions stay as well, and it may have appeared since.
 */
export function continueOutputs(
  nodes: readonly OutputNode[],
  rows: readonly OutputUseRow[],
): PlannedOutput[] {
  const shown = nodes.map(({ sent }) => shownKey(sent))
  const found = findInPlace(nodes, shown, rows)
  const elsewhere = createClaims(rows, found)
  const planned = nodes.map((node, index): PlannedOutput => {
    const from = found[index] ?? elsewhere.claim(shown[index] ?? null, node.sent)
    const meta = from === null || saysMeta(node.sent) ? node.meta : from.meta
    return { node: { ...node, meta }, from, isHidden: false }
  })
  const companions = companionsByPrimary(rows)
  // The list grows while it is walked, since a companion may have companions too.
  for (const [index, { node, from }] of planned.entries()) {
    if (from === null || typeof node.sent !== 'string') continue
    for (const row of companions.get(from.use_id) ?? []) {
      const { path: address, place, meta } = row
      const companion = { primary: index, name: row.companion_name ?? '' }
      planned.push({ node: { address, place, meta, companion, sent: address }, from: row, isHidden: true })
    }
  }
  return planned
}

/** Whether these are the files of the rows and nothing else, each in its place and in the same order. */
export function isSameAs(planned: readonly PlannedOutput[], rows: readonly OutputUseRow[]): boolean {
  if (planned.length !== rows.length) return false
  let last = 0
  return planned.every(({ node, from, isHidden }) => {
    if (from === null || from.place !== node.place) return false
    if (JSON.stringify(node.meta) !== JSON.stringify(from.meta)) return false
    if (isHidden) return true
    const isInOrder = from.use_id > last
    last = from.use_id
    return isInOrder
  })
}

/** For each node the use in its place, where it was sent back as that is shown. */
function findInPlace(
  nodes: readonly OutputNode[],
  shown: readonly (string | null)[],
  rows: readonly OutputUseRow[],
): (OutputUseRow | null)[] {
  const inPlace = new Map<string, OutputUseRow[]>()
  for (const row of rows) for (const key of keysOf(row)) addToList(inPlace, `${key} ${row.place}`, row)
  const claimed = new Set<OutputUseRow>()
  return nodes.map(({ place, sent }, index) => {
    const candidates = inPlace.get(`${shown[index]} ${place}`) ?? []
    const row = candidates.find((one) => !claimed.has(one) && hasSameChecksum(one, sent)) ?? null
    if (row !== null) claimed.add(row)
    return row
  })
}

/** The uses that no node in their own place goes on from. A file with its facts may be sent back in several places. */
function createClaims(rows: readonly OutputUseRow[], found: readonly (OutputUseRow | null)[]) {
  const taken = new Set(found)
  const free = new Map<string, OutputUseRow[]>()
  const all = new Map<string, OutputUseRow>()
  // From the last on, so that the first is taken first, off the end.
  for (const row of rows.toReversed()) {
    for (const key of keysOf(row)) {
      if (!taken.has(row)) addToList(free, key, row)
      all.set(key, row)
    }
  }
  return {
    claim(key: string | null, sent: Json): OutputUseRow | null {
      if (key === null) return null
      const candidates = free.get(key) ?? []
      while (candidates.length > 0) {
        const row = candidates.pop()
        if (row === undefined || taken.has(row) || !hasSameChecksum(row, sent)) continue
        taken.add(row)
        return row
      }
      const other = all.get(key) ?? null
      return other !== null && isShownWithFacts(sent) && hasSameChecksum(other, sent) ? other : null
    },
  }
}

/** As what a use is or was shown: its path, as long as its file was not there, and its facts. */
function keysOf(row: OutputUseRow): string[] {
  const asMissing = row.version_id === null || row.appeared_at !== null
  return [
    ...(asMissing ? [keyOf(row.path)] : []),
    ...(row.version_id === null ? [] : [keyOf(row.path, row.file_id, row.size_bytes)]),
  ]
}

/** The same of what was sent; null for a file that was not sent as an answer shows it. */
function shownKey(sent: Json): string | null {
  if (typeof sent === 'string') return keyOf(sent)
  if (!isJsonObject(sent) || typeof sent.path !== 'string') return null
  return isShownWithFacts(sent) ? keyOf(sent.path, sent.id, sent.size) : keyOf(sent.path)
}

function isShownWithFacts(sent: Json): boolean {
  return isJsonObject(sent) && !(sent.valid === false && 'state' in sent)
}

function keyOf(...parts: (Json | undefined)[]): string {
  return JSON.stringify(parts)
}

function hasSameChecksum(row: OutputUseRow, sent: Json): boolean {
  if (!isJsonObject(sent) || !isShownWithFacts(sent)) return true
  const { file_checksum: checksum } = sent
  return checksum === null || row.crc32c === null || checksum === row.crc32c
}

function saysMeta(sent: Json): boolean {
  return isJsonObject(sent) && 'meta' in sent
}
