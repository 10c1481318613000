import type { Db, Trx } from '../db/client.ts'
import { addTasks, type TaskSpec } from '../db/queue.ts'
import type { KnownFileRow } from './file.repository.ts'
import * as fileRepository from './file.repository.ts'
import { type FileFacts, noFacts, type Sighting, transition } from './file-state.ts'
import { fillWaitingUses } from './file-use.repository.ts'
import { watchFiles } from './watch-files.ts'

export interface FileToRecord {
  path: string
  kind: 'file' | 'directory'
  sighting: Sighting
  /** When the look at it began; by default when that of the whole call did. */
  seenAt?: Date
}

export interface RecordedFile {
  fileId: number
  versionId: number | null
  /** Of that version, as far as they are known. */
  facts: FileFacts | null
  /** The last of its events as of that version; undefined where this transaction holds the file, and knows the last one. */
  lastEventId: number | null | undefined
  /** When it was seen there, by this look or by one that began later; null where it is not there, or nobody looked. */
  thereAt: Date | null
}

/** A look that finds what the last one found is written down again only after this long. */
const freshForMs = 10_000

export const checksumTask = 'checksum_file'

/**
 * Records what was declared or seen at each path: at most ten statements, for one file or for ten thousand.
 * Call it once in a transaction, and outside a savepoint: it locks in path order, which a second call would start anew,
 * and takes what the transaction inserted for what this call did.
 * A look that began before the last one that is recorded says nothing: `seenAt` is when it began.
 * A file that is there takes its place in every output that waited for it. Whatever is left to find out becomes a
 * task of the same transaction: the checksum of a file too large to read in passing, and another look where a store
 * would not answer; with `watch: false` the caller sees to the latter. `areNew` saves a look where no path is likely to be known.
 */
export async function recordFiles(
  trx: Trx,
  orgId: number,
  files: FileToRecord[],
  seenAt: Date,
  { watch = true, areNew = false } = {},
): Promise<Map<string, RecordedFile>> {
  const recorded = new Map<string, RecordedFile>()
  const byPath = inPathOrder(files).map((file) => ({ seenAt, ...file }))
  if (byPath.length === 0) return recorded

  const known = areNew ? new Map<string, KnownFileRow>() : await knownByPath(trx, orgId, byPath)
  const unknown = byPath.filter((file) => !known.has(file.path))
  if (unknown.length > 0) {
    for (const [path, file] of await insertUnknown(trx, orgId, unknown)) recorded.set(path, file)
    const madeMeanwhile = unknown.filter((file) => !recorded.has(file.path))
    if (madeMeanwhile.length > 0) {
      for (const [path, row] of await knownByPath(trx, orgId, madeMeanwhile)) known.set(path, row)
    }
  }

  for (const file of byPath) {
    const row = known.get(file.path)
    if (row !== undefined) recorded.set(file.path, recordedFrom(row, file))
  }
  const stale = byPath.filter((file) => {
    const row = known.get(file.path)
    return row !== undefined && saysSomethingNew(row, file)
  })
  if (stale.length > 0) {
    for (const [path, file] of await updateLocked(trx, orgId, stale, known)) recorded.set(path, file)
  }
  const nowThere = byPath.flatMap(({ path, seenAt: thereAt }) => {
    const file = recorded.get(path)
    if (file === undefined || file.versionId === null || file.thereAt !== thereAt) return []
    return known.has(path) ? { fileId: file.fileId, versionId: file.versionId, thereAt } : []
  })
  if (nowThere.length > 0) await fillWaitingUses(trx, orgId, nowThere)
  await addTasks(trx, checksumTasks(orgId, byPath, known, recorded))
  if (watch) await watchFiles(trx, orgId, unansweredIn(byPath, recorded), seenAt)
  return recorded
}

/** Ids of the files that their stores would not tell of. */
export function unansweredIn(files: FileToRecord[], recorded: Map<string, RecordedFile>): number[] {
  return files.flatMap(({ path, sighting }) =>
    sighting.state === 'unreachable' ? (recorded.get(path)?.fileId ?? []) : [],
  )
}

function checksumTasks(
  orgId: number,
  files: FileToRecord[],
  known: Map<string, KnownFileRow>,
  recorded: Map<string, RecordedFile>,
): TaskSpec[] {
  return files.flatMap(({ path, kind, sighting }) => {
    const versionId = recorded.get(path)?.versionId
    const isNew = versionId !== null && versionId !== known.get(path)?.versionId
    if (!isNew || kind !== 'file' || sighting.state !== 'verified' || sighting.facts.crc32c !== null)
      return []
    const payload = { org_id: orgId, version_id: versionId }
    return [{ name: checksumTask, payload, key: `checksum ${versionId}` }]
  })
}

type TimedFile = FileToRecord & { seenAt: Date }

async function insertUnknown(
  trx: Trx,
  orgId: number,
  files: TimedFile[],
): Promise<Map<string, RecordedFile>> {
  const seen = files.flatMap(({ path, sighting, seenAt }) => {
    const facts = factsOf(sighting)
    return facts === null ? [] : [{ path, facts, thereAt: sighting.state === 'verified' ? seenAt : null }]
  })
  const [inserted, versions] = await Promise.all([
    fileRepository.insertFiles(trx, orgId, files.map(newFile)),
    seen.length === 0 ? [] : fileRepository.insertFirstVersions(trx, orgId, seen),
  ])
  const recorded = new Map<string, RecordedFile>(
    inserted.map(({ path, fileId }) => [
      path,
      { fileId, versionId: null, facts: null, lastEventId: null, thereAt: null },
    ]),
  )
  const versionOf = new Map(versions.map(({ fileId, versionId }) => [fileId, versionId]))
  for (const { path, facts, thereAt } of seen) {
    const file = recorded.get(path)
    if (file === undefined) continue
    const versionId = versionOf.get(file.fileId)
    if (versionId === undefined) throw new Error(`"${path}" was inserted without what was seen there`)
    Object.assign(file, { versionId, facts, thereAt })
  }
  return recorded
}

async function updateLocked(
  trx: Trx,
  orgId: number,
  files: TimedFile[],
  known: Map<string, KnownFileRow>,
): Promise<Map<string, RecordedFile>> {
  const ids = files.flatMap((file) => known.get(file.path)?.fileId ?? [])
  await fileRepository.lockFiles(trx, orgId, ids)
  const locked = new Map((await fileRepository.findFilesById(trx, orgId, ids)).map((row) => [row.path, row]))
  const recorded = new Map<string, RecordedFile>()
  const changes = files.flatMap((file) => {
    const row = locked.get(file.path)
    if (row === undefined) return []
    recorded.set(file.path, { ...recordedFrom(row, file), lastEventId: undefined })
    return isOutdated(row, file) ? [] : [changeOf(row, file)]
  })
  const versions = await fileRepository.updateFiles(trx, orgId, changes)
  const newVersionOf = new Map(versions.map((version) => [version.fileId, version.versionId]))
  for (const { path, sighting } of files) {
    const file = recorded.get(path)
    const versionId = file && newVersionOf.get(file.fileId)
    if (versionId !== undefined) Object.assign(file ?? {}, { versionId, facts: factsOf(sighting) })
  }
  return recorded
}

/** A file that is known, after a look that makes no new version of it. */
function recordedFrom(row: KnownFileRow, file: TimedFile): RecordedFile {
  const { fileId, versionId, version, lastEventId } = row
  if (isOutdated(row, file)) {
    const facts = withFacts(version, null)
    return { fileId, versionId, facts, lastEventId, thereAt: row.state === 'verified' ? row.checkedAt : null }
  }
  const { sighting, seenAt } = file
  const facts = withFacts(version, factsOf(sighting))
  return { fileId, versionId, facts, lastEventId, thereAt: sighting.state === 'verified' ? seenAt : null }
}

/** Facts that stand stay; those that lack are filled in. */
function withFacts(known: FileFacts | null, seen: FileFacts | null): FileFacts | null {
  if (known === null) return seen
  const facts = seen ?? noFacts
  return {
    sizeBytes: known.sizeBytes ?? facts.sizeBytes,
    crc32c: known.crc32c ?? facts.crc32c,
    sha256: known.sha256 ?? facts.sha256,
    generation: known.generation ?? facts.generation,
    modifiedAt: known.modifiedAt ?? facts.modifiedAt,
    memberCount: known.memberCount ?? facts.memberCount,
    membersDigest: known.membersDigest ?? facts.membersDigest,
  }
}

/** Whether a look that began later is recorded already; one that found nothing out does not count. */
function isOutdated(row: KnownFileRow, { sighting, seenAt }: TimedFile): boolean {
  if (sighting.state === 'declared' || row.state === 'unreachable' || row.state === 'declared') return false
  return row.checkedAt !== null && row.checkedAt > seenAt
}

function changeOf(row: KnownFileRow, { sighting, seenAt }: TimedFile): fileRepository.FileChange {
  const next = transition(row, sighting)
  return {
    fileId: row.fileId,
    currentVersionId: row.versionId,
    state: next.state,
    reason: next.reason,
    looked: sighting.state !== 'declared',
    seenAt,
    version: next.version,
    nextNumber: (row.version?.number ?? 0) + 1,
    facts: factsOf(sighting),
    event: next.event,
  }
}

function newFile(file: TimedFile): fileRepository.NewFile {
  const { state, reason } = transition(null, file.sighting)
  return { path: file.path, kind: file.kind, state, reason, seenAt: file.seenAt }
}

function factsOf(sighting: Sighting): FileFacts | null {
  return 'facts' in sighting ? sighting.facts : null
}

function saysSomethingNew(row: KnownFileRow, file: TimedFile): boolean {
  if (isOutdated(row, file)) return false
  const { sighting, seenAt } = file
  const next = transition(row, sighting)
  if (next.state !== row.state || next.reason !== row.reason) return true
  if (next.version !== 'same' || next.event !== null) return true
  if (sighting.state === 'declared') return false
  return row.checkedAt === null || seenAt.getTime() - row.checkedAt.getTime() > freshForMs
}

async function knownByPath(db: Db, orgId: number, files: FileToRecord[]): Promise<Map<string, KnownFileRow>> {
  const rows = await fileRepository.findFilesByPath(
    db,
    orgId,
    files.map((file) => file.path),
  )
  return new Map(rows.map((row) => [row.path, row]))
}

/** One entry a path, the one that says most, ordered as PostgreSQL's "C" collation orders. */
function inPathOrder(files: FileToRecord[]): FileToRecord[] {
  const byPath = new Map<string, FileToRecord>()
  for (const file of files) {
    const earlier = byPath.get(file.path)
    if (earlier === undefined || saysMore(file.sighting, earlier.sighting)) byPath.set(file.path, file)
  }
  return [...byPath.values()]
    .map((file) => ({ file, key: Buffer.from(file.path) }))
    .sort((a, b) => a.key.compare(b.key))
    .map(({ file }) => file)
}

function saysMore(a: Sighting, b: Sighting): boolean {
  if (a.state !== 'declared' || b.state !== 'declared')
    return b.state === 'declared' && a.state !== 'declared'
  return (a.facts?.modifiedAt?.getTime() ?? 0) > (b.facts?.modifiedAt?.getTime() ?? 0)
}
