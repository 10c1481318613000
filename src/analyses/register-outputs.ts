import type { Trx } from '../db/client.ts'
import { AppError, type ErrorDetail, sentenceOfDetails } from '../errors.ts'
import type { Sighting } from '../files/file-state.ts'
import { insertUses, type NewUse } from '../files/file-use.repository.ts'
import type { Looker } from '../files/look-at.ts'
import type { FileToRecord, RecordedFile } from '../files/record-files.ts'
import { watchFiles } from '../files/watch-files.ts'
import type { PlannedOutput } from './continued-outputs.ts'
import { fieldOf, type ParsedOutputs } from './parse-outputs.ts'

/** What was found at the addresses of a tree. */
export interface OutputLook {
  files: FileToRecord[]
  sightings: ReadonlyMap<string, Sighting>
  seenAt: Date
}

/** Looks at each address once. Call it before the transaction. */
export async function lookAtOutputs(
  lookAt: Looker,
  orgId: number,
  addresses: Iterable<string>,
  roots?: readonly string[],
): Promise<OutputLook> {
  const paths = [...new Set(addresses)].map((path) => ({ path }))
  const { files, seenAt } =
    paths.length === 0 ? { files: [], seenAt: new Date() } : await lookAt(orgId, paths, roots)
  return { files, sightings: new Map(files.map((file) => [file.path, file.sighting])), seenAt }
}

/** Throws `unavailable` where a store does not answer, `invalid` where no location covers a path. */
export function refuseUnreachable({ nodes, field }: ParsedOutputs, { sightings }: OutputLook): void {
  const detailsOf = (state: Sighting['state']): ErrorDetail[] =>
    nodes.flatMap(({ address, place }) => {
      const sighting = sightings.get(address)
      if (sighting === undefined || sighting.state !== state || !('reason' in sighting)) return []
      return { field: fieldOf(place, field), message: `names "${address}": ${sighting.reason}` }
    })
  const uncovered = detailsOf('declared')
  const details = [...uncovered, ...detailsOf('unreachable')]
  const [first] = details
  if (first === undefined) return
  const code = uncovered.length > 0 ? 'invalid' : 'unavailable'
  throw new AppError(code, sentenceOfDetails(first, details.length), { details })
}

/** One look out of several; where two told of the same path the one that says more counts, else the later one. */
export function mergeLooks(looks: readonly OutputLook[]): OutputLook {
  const [first, ...others] = [...looks].sort((a, b) => a.seenAt.getTime() - b.seenAt.getTime())
  if (first === undefined || others.length === 0)
    return first ?? { files: [], sightings: new Map(), seenAt: new Date() }
  const files = new Map<string, FileToRecord>()
  for (const file of [first, ...others].flatMap((look) => look.files)) {
    const other = files.get(file.path)
    if (other === undefined || says(file) >= says(other)) files.set(file.path, file)
  }
  return {
    files: [...files.values()],
    sightings: new Map([...files].map(([path, file]) => [path, file.sighting])),
    seenAt: others.at(-1)?.seenAt ?? first.seenAt,
  }
}

/** An answer says most; that there was none says more than that nobody could look. */
function says({ sighting: { state } }: FileToRecord): number {
  return ['declared', 'unreachable'].indexOf(state) + 1 || 3
}

export interface PlannedTree {
  analysisId: number
  planned: readonly PlannedOutput[]
}

/** Puts the files into their places; whatever is not there is watched from now on. */
export async function insertOutputs(
  trx: Trx,
  orgId: number,
  trees: readonly PlannedTree[],
  recorded: ReadonlyMap<string, RecordedFile>,
  look: OutputLook,
): Promise<void> {
  const uses: NewUse[] = []
  for (const tree of trees) {
    for (const use of usesOf(tree, uses.length, recorded)) uses.push(use)
  }
  if (uses.length === 0) return
  await insertUses(trx, orgId, uses)
  const { sightings, seenAt } = look
  const waiting = uses.filter(({ output }) => output && sightings.get(output)?.state !== 'declared')
  await watchFiles(trx, orgId, [...new Set(waiting.map((use) => use.fileId))], seenAt)
}

/** `before` is how many uses stand before them in the list that they go into. */
function usesOf(
  { analysisId, planned }: PlannedTree,
  before: number,
  recorded: ReadonlyMap<string, RecordedFile>,
): NewUse[] {
  return planned.map(({ node, from }) => {
    const file = recorded.get(node.address)
    const fileId = file?.fileId ?? from?.file_id
    if (fileId === undefined) throw new Error(`recordFiles left out "${node.address}"`)
    const found = file?.thereAt ? file.versionId : null
    const versionId = from?.version_id ?? found
    return {
      fileId,
      versionId,
      direction: 'out',
      subjectKind: 'analysis',
      subjectId: analysisId,
      place: node.place,
      output: versionId === null ? node.address : null,
      meta: node.meta,
      companion: node.companion && { ...node.companion, primary: node.companion.primary + before },
      ...(file !== undefined && { lastEventId: file.lastEventId }),
      continues: from && {
        appearedAt: from.version_id === null && found !== null ? (file?.thereAt ?? null) : from.appeared_at,
        lastEventId: from.last_event_id,
        createdAt: from.created_at,
      },
    }
  })
}
