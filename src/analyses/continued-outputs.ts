import type { Json } from '../contract/json.ts'
import { isJsonObject } from './json-object.ts'
import type { OutputUseRow } from './output.repository.ts'
import type { OutputNode } from './parse-outputs.ts'
import { companionsByPrimary } from './render-outputs.ts'

/** A file of the tree that is to stand, and the use that it goes on from, if it was sent back as it was shown. */
export interface PlannedOutput {
  node: OutputNode
  from: OutputUseRow | null
}

/**
 * Files that are sent back as they were shown keep their version, whatever stands at their path by now. One that is
 * not there is shown as its path alone: its companions stay as well.
 */
export function continueOutputs(
  nodes: readonly OutputNode[],
  rows: readonly OutputUseRow[],
): PlannedOutput[] {
  const byPlace = new Map<string, OutputUseRow[]>()
  for (const row of rows) byPlace.set(row.place, [...(byPlace.get(row.place) ?? []), row])
  const planned = nodes.map((node): PlannedOutput => {
    const here = byPlace.get(node.place) ?? []
    const from = here.find((row) => isShownAs(row, node.sent)) ?? null
    if (from === null) return { node, from }
    byPlace.set(
      node.place,
      here.filter((row) => row !== from),
    )
    return { node: { ...node, meta: saysMeta(node.sent) ? node.meta : from.meta }, from }
  })
  const companions = companionsByPrimary(rows)
  // The list grows while it is walked, since a companion may have companions too.
  for (const [index, { node, from }] of planned.entries()) {
    if (from === null || typeof node.sent !== 'string') continue
    for (const row of companions.get(from.use_id) ?? []) {
      const { path: address, place, meta } = row
      const companion = { primary: index, name: row.companion_name ?? '' }
      planned.push({ node: { address, place, meta, companion, sent: address }, from: row })
    }
  }
  return planned
}

/** Whether these are the files of the rows and nothing else, in the same order but for those that are not shown. */
export function isSameAs(planned: readonly PlannedOutput[], rows: readonly OutputUseRow[]): boolean {
  if (planned.length !== rows.length) return false
  let last = 0
  return planned.every(({ node, from }) => {
    if (from === null || JSON.stringify(node.meta) !== JSON.stringify(from.meta)) return false
    const inOrder = from.use_id > last || node.sent === from.path
    last = Math.max(last, from.use_id)
    return inOrder
  })
}

function isShownAs(row: OutputUseRow, sent: Json): boolean {
  if (!isJsonObject(sent)) return row.version_id === null && sent === row.path
  if (sent.path !== row.path) return false
  if (row.version_id === null) return sent.valid === false && 'state' in sent
  const { id, size, file_checksum: checksum } = sent
  const sameChecksum = checksum === null || row.crc32c === null || checksum === row.crc32c
  return id === row.file_id && size === row.size_bytes && sameChecksum
}

function saysMeta(sent: Json): boolean {
  return isJsonObject(sent) && 'meta' in sent
}
