import { sql } from 'kysely'
import type { FileState } from '../contract/file.ts'
import type { Db, Trx } from '../db/client.ts'
import type { FileEventName } from './file.table.ts'
import type { FileFacts, KnownFile } from './file-state.ts'
import { nameParts } from './name-parts.ts'
import { pathDigest } from './path-digest.ts'

export interface KnownFileRow extends KnownFile {
  fileId: number
  versionId: number | null
  path: string
  checkedAt: Date | null
  /** Of its events, as of the moment when the rest was read. */
  lastEventId: number | null
}

interface KnownRow {
  id: number
  path: string
  state: FileState
  reason: string
  checked_at: Date | null
  version_id: number | null
  number: number | null
  size_bytes: number | null
  crc32c: string | null
  sha256: string | null
  generation: string | null
  modified_at: Date | null
  member_count: number | null
  members_digest: string | null
  was_gone: boolean
  last_event_id: number | null
}

/** Joins each file `f` with its newest version `v`, where it has one. */
export const newestVersion = sql`left join lateral (
  select * from file_version where file_id = f.id order by number desc limit 1
) v on true`

/** Whether file `f`, of which its store does not tell now, was gone at the last look that found something out. */
export const wasGone = sql<boolean>`(f.state = 'unreachable' and coalesce((
  select event = 'gone' from file_event where file_id = f.id order by id desc limit 1
), false))`

const knownColumns = sql`f.id, f.path, f.state, f.reason, f.checked_at, v.id as version_id, v.number, v.size_bytes, v.crc32c,
  v.sha256, v.generation, v.modified_at, v.member_count, v.members_digest, ${wasGone} as was_gone,
  (select max(e.id) from file_event e where e.file_id = f.id) as last_event_id`

/** The org's files at these paths with their newest version, one index look-up each. */
export async function findFilesByPath(db: Db, orgId: number, paths: string[]): Promise<KnownFileRow[]> {
  const digests = paths.map((path) => pathDigest(orgId, path))
  const { rows } = await sql<KnownRow>`
    select ${knownColumns}
    from unnest((select ${digests}::bytea[])) with ordinality as wanted (digest, position)
    cross join lateral (
      select * from file where path_digest = wanted.digest offset 0
    ) f
    ${newestVersion}
    where f.org_id = ${orgId}
    order by wanted.position`.execute(db)
  return rows.map(knownFileFromRow)
}

export async function findFilesById(db: Db, orgId: number, ids: number[]): Promise<KnownFileRow[]> {
  const { rows } = await sql<KnownRow>`
    select ${knownColumns} from file f ${newestVersion}
    where f.org_id = ${orgId} and f.id = any(${ids}::int[]) order by f.id`.execute(db)
  return rows.map(knownFileFromRow)
}

/** Locks in path order, the one order in which this system locks files. */
export async function lockFiles(trx: Trx, orgId: number, ids: number[]): Promise<void> {
  await sql`select 1 from file where org_id = ${orgId} and id = any(${ids}::int[])
    order by path collate "C" for no key update`.execute(trx)
}

export interface NewFile {
  path: string
  kind: 'file' | 'directory'
  state: FileState
  reason: string
  seenAt: Date
}

/** Inserts what is not there yet, in the order given; leaves out what another transaction made first. */
export async function insertFiles(
  trx: Trx,
  orgId: number,
  files: NewFile[],
): Promise<{ path: string; fileId: number }[]> {
  const parts = files.map((file) => nameParts(file.path))
  const { rows } = await sql<{ path: string; id: number }>`
    insert into file (org_id, path, path_digest, kind, basename, dirname, nameroot, nameext, state, reason, checked_at)
    select ${orgId}, path, path_digest, kind, basename, dirname, nameroot, nameext, state, reason,
      case when state = 'declared' then null else seen_at end
    from unnest(
      ${files.map((file) => file.path)}::text[], ${files.map((file) => pathDigest(orgId, file.path))}::bytea[],
      ${files.map((file) => file.kind)}::text[], ${parts.map((part) => part.basename)}::text[],
      ${parts.map((part) => part.dirname)}::text[], ${parts.map((part) => part.nameroot)}::text[],
      ${parts.map((part) => part.nameext)}::text[], ${files.map((file) => file.state)}::text[],
      ${files.map((file) => file.reason)}::text[], ${files.map((file) => file.seenAt)}::timestamptz[]
    ) with ordinality as i (path, path_digest, kind, basename, dirname, nameroot, nameext, state, reason, seen_at, position)
    order by position
    on conflict (path_digest) do nothing
    returning path, id`.execute(trx)
  return rows.map((row) => ({ path: row.path, fileId: row.id }))
}

/**
 * The first version of each of these files that this very transaction makes: it can be begun right after `insertFiles`,
 * in one message, and leaves out what that leaves out.
 */
export async function insertFirstVersions(
  trx: Trx,
  orgId: number,
  versions: { path: string; facts: FileFacts }[],
): Promise<{ fileId: number; versionId: number }[]> {
  const { rows } = await sql<{ file_id: number; id: number }>`
    insert into file_version (file_id, org_id, number, size_bytes, crc32c, sha256, generation, modified_at,
      member_count, members_digest)
    select f.id, ${orgId}, 1, size_bytes, crc32c, sha256, generation, modified_at, member_count, members_digest
    from unnest(
      (select ${versions.map((version) => pathDigest(orgId, version.path))}::bytea[]),
      ${factArrays(versions.map((version) => version.facts))}
    ) with ordinality as i (digest, size_bytes, crc32c, sha256, generation, modified_at, member_count,
      members_digest, position)
    cross join lateral (
      select id, xmin from file where path_digest = i.digest offset 0
    ) f
    where f.xmin = pg_current_xact_id()::xid
    order by position
    returning file_id, id`.execute(trx)
  return rows.map((row) => ({ fileId: row.file_id, versionId: row.id }))
}

export interface FileChange {
  fileId: number
  currentVersionId: number | null
  state: FileState
  reason: string
  looked: boolean
  seenAt: Date
  version: 'same' | 'new' | 'filled'
  nextNumber: number
  facts: FileFacts | null
  event: { name: FileEventName; reason: string } | null
}

/**
 * Writes what looks found about locked files: states, versions and events, in one statement. A version's id is drawn
 * in `input`, so that nothing is joined but by a primary key: a cached plan thinks every array short, and would
 * compare two long ones row by row.
 */
export async function updateFiles(
  trx: Trx,
  orgId: number,
  changes: FileChange[],
): Promise<{ fileId: number; versionId: number }[]> {
  const { rows } = await sql<{ file_id: number; id: number }>`
    with input as materialized (
      select *, case when version = 'new' then nextval('file_version_id_seq')::int
        else current_version_id end as version_id
      from unnest(
        ${changes.map((change) => change.fileId)}::int[], ${changes.map((change) => change.currentVersionId)}::int[],
        ${changes.map((change) => change.state)}::text[], ${changes.map((change) => change.reason)}::text[],
        ${changes.map((change) => change.looked)}::boolean[], ${changes.map((change) => change.seenAt)}::timestamptz[],
        ${changes.map((change) => change.version)}::text[],
        ${changes.map((change) => change.nextNumber)}::int[], ${changes.map((change) => change.event?.name ?? null)}::text[],
        ${changes.map((change) => change.event?.reason ?? null)}::text[],
        ${factArrays(changes.map((change) => change.facts))}
      ) as i (file_id, current_version_id, state, reason, looked, seen_at, version, next_number, event, event_reason,
        size_bytes, crc32c, sha256, generation, modified_at, member_count, members_digest)
    ), changed_file as (
      update file f set state = i.state, reason = i.reason,
        checked_at = case when i.looked then i.seen_at else f.checked_at end
      from input i where f.id = i.file_id and f.org_id = ${orgId}
    ), filled_version as (
      update file_version v set
        size_bytes = coalesce(v.size_bytes, i.size_bytes), crc32c = coalesce(v.crc32c, i.crc32c),
        sha256 = coalesce(v.sha256, i.sha256), generation = coalesce(v.generation, i.generation),
        modified_at = coalesce(v.modified_at, i.modified_at),
        member_count = coalesce(v.member_count, i.member_count),
        members_digest = coalesce(v.members_digest, i.members_digest)
      from input i where v.id = i.current_version_id and i.version = 'filled'
    ), new_version as (
      insert into file_version (id, file_id, org_id, number, size_bytes, crc32c, sha256, generation, modified_at,
        member_count, members_digest)
      overriding system value
      select version_id, file_id, ${orgId}, next_number, size_bytes, crc32c, sha256, generation, modified_at,
        member_count, members_digest
      from input where version = 'new'
      returning id, file_id
    ), new_event as (
      insert into file_event (file_id, event, version_id, reason, seen_at)
      select file_id, event, version_id, event_reason, seen_at from input where event is not null
    )
    select id, file_id from new_version`.execute(trx)
  return rows.map((row) => ({ fileId: row.file_id, versionId: row.id }))
}

export async function findVersion(db: Db, orgId: number, versionId: number) {
  return await db
    .selectFrom('file_version')
    .innerJoin('file', 'file.id', 'file_version.file_id')
    .select(['file_version.file_id', 'file_version.crc32c', 'file_version.generation', 'file.path'])
    .where('file_version.org_id', '=', orgId)
    .where('file_version.id', '=', versionId)
    .executeTakeFirst()
}

/** Facts that stand already stay. */
export async function fillChecksums(
  db: Db,
  orgId: number,
  versionId: number,
  { crc32c, sha256 }: { crc32c: string; sha256: string },
): Promise<void> {
  await db
    .updateTable('file_version')
    .set({ crc32c, sha256 })
    .where('org_id', '=', orgId)
    .where('id', '=', versionId)
    .where('crc32c', 'is', null)
    .execute()
}

function factArrays(facts: (FileFacts | null)[]) {
  const column = <K extends keyof FileFacts>(key: K) => facts.map((fact) => fact?.[key] ?? null)
  return sql`(select ${column('sizeBytes')}::bigint[]), (select ${column('crc32c')}::text[]),
    (select ${column('sha256')}::text[]), (select ${column('generation')}::text[]),
    (select ${column('modifiedAt')}::timestamptz[]), (select ${column('memberCount')}::int[]),
    (select ${column('membersDigest')}::text[])`
}

function knownFileFromRow(row: KnownRow): KnownFileRow {
  return {
    fileId: row.id,
    versionId: row.version_id,
    path: row.path,
    state: row.state,
    reason: row.reason,
    wasGone: row.was_gone,
    lastEventId: row.last_event_id,
    checkedAt: row.checked_at,
    version:
      row.number === null
        ? null
        : {
            number: row.number,
            sizeBytes: row.size_bytes,
            crc32c: row.crc32c,
            sha256: row.sha256,
            generation: row.generation,
            modifiedAt: row.modified_at,
            memberCount: row.member_count,
            membersDigest: row.members_digest,
          },
  }
}
