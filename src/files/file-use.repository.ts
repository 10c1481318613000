import { sql } from 'kysely'
import type { JsonObject } from '../contract/json.ts'
import type { Db, Trx } from '../db/client.ts'
import type { FileFacts } from './file-state.ts'

/** One place that takes a file in or puts one out. */
export interface NewUse {
  fileId: number
  /** Null for an output whose file is not there. */
  versionId: number | null
  direction: 'in' | 'out'
  subjectKind: string
  subjectId: number
  place: string
  /** What stands in the place of an output whose file is not there. */
  output?: string | null
  meta?: JsonObject | null
  /** Of a companion: the index of its primary among these uses, before its own, and its name there. */
  companion?: { primary: number; name: string } | null
  /** The last of the file's events that the use knows of; by default the last one now. */
  lastEventId?: number | null | undefined
  /** Of a use that goes on under a new row: what it knew of its file, and since when. */
  continues?: { appearedAt: Date | null; lastEventId: number | null; createdAt: Date } | null
}

/** The ids come back in the order given, ascending. */
export async function insertUses(trx: Trx, orgId: number, uses: NewUse[]): Promise<number[]> {
  const ids = uses.some((use) => use.companion) ? await drawIds(trx, uses.length) : []
  const { rows } = await sql<{ id: number }>`
    insert into file_use (id, org_id, file_id, version_id, direction, subject_kind, subject_id, place, output, meta,
      primary_use_id, companion_name, appeared_at, last_event_id, created_at)
    overriding system value
    select coalesce(id, nextval('file_use_id_seq')), ${orgId}, file_id, version_id, direction,
      subject_kind, subject_id, place, output, meta, primary_use_id, companion_name, appeared_at,
      case when knows_events then last_event_id
        else (select max(e.id) from file_event e where e.file_id = u.file_id) end,
      coalesce(created_at, now())
    from (
      select * from unnest(
        ${uses.map((_, index) => ids[index] ?? null)}::bigint[], ${uses.map((use) => use.fileId)}::int[],
        ${uses.map((use) => use.versionId)}::int[], ${uses.map((use) => use.direction)}::text[],
        ${uses.map((use) => use.subjectKind)}::text[], ${uses.map((use) => use.subjectId)}::int[],
        ${uses.map((use) => use.place)}::text[], ${uses.map((use) => use.output ?? null)}::text[],
        ${uses.map((use) => (use.meta ? JSON.stringify(use.meta) : null))}::json[],
        ${uses.map(({ companion }) => (companion ? ids[companion.primary] : null))}::bigint[],
        ${uses.map((use) => use.companion?.name ?? null)}::text[],
        ${uses.map((use) => use.continues?.appearedAt ?? null)}::timestamptz[],
        ${uses.map((use) => use.continues != null || use.lastEventId !== undefined)}::boolean[],
        ${uses.map((use) => (use.continues ? use.continues.lastEventId : (use.lastEventId ?? null)))}::bigint[],
        ${uses.map((use) => use.continues?.createdAt ?? null)}::timestamptz[]
      ) with ordinality as i (id, file_id, version_id, direction, subject_kind, subject_id, place, output, meta,
        primary_use_id, companion_name, appeared_at, knows_events, last_event_id, created_at, position)
      order by position
    ) u
    returning id`.execute(trx)
  return rows.map((row) => row.id)
}

async function drawIds(trx: Trx, count: number): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select nextval('file_use_id_seq') as id
    from generate_series(1, ${count}::int)`.execute(trx)
  return rows.map((row) => row.id).sort((a, b) => a - b)
}

/** What waits for a file keeps waiting until this transaction has ended; see `fillWaitingUses`. */
export async function lockUses(trx: Trx, orgId: number, kind: string, subjectId: number): Promise<void> {
  await sql`select 1 from file_use where org_id = ${orgId} and subject_kind = ${kind} and subject_id = ${subjectId}
    order by id for update`.execute(trx)
}

export async function deleteUses(trx: Trx, orgId: number, kind: string, subjectId: number): Promise<void> {
  await trx
    .deleteFrom('file_use')
    .where('org_id', '=', orgId)
    .where('subject_kind', '=', kind)
    .where('subject_id', '=', subjectId)
    .execute()
}

/**
 * Files that are there now take their places among the outputs that waited for them. A use that another transaction
 * holds is left to the next look: it may be about to go.
 */
export async function fillWaitingUses(
  trx: Trx,
  orgId: number,
  found: { fileId: number; versionId: number; thereAt: Date }[],
): Promise<void> {
  await sql`
    update file_use u set version_id = w.version_id, output = null, appeared_at = w.there_at
    from (
      select waiting.id, i.version_id, i.there_at
      from unnest(${found.map((file) => file.fileId)}::int[], ${found.map((file) => file.versionId)}::int[],
        ${found.map((file) => file.thereAt)}::timestamptz[]) as i (file_id, version_id, there_at)
      cross join lateral (
        select id from file_use where file_id = i.file_id and output is not null and org_id = ${orgId}
        for update skip locked offset 0
      ) waiting
    ) w
    where u.id = w.id`.execute(trx)
}

/** Those of the files that some output still waits for. */
export async function findWaitedFor(db: Db, orgId: number, fileIds: number[]): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select i.id from unnest(${fileIds}::int[]) as i (id)
    where exists (select from file_use where file_id = i.id and output is not null and org_id = ${orgId})
    order by i.id`.execute(db)
  return rows.map((row) => row.id)
}

/** What a subject took in, each with the facts of the version that it saw; null where it saw none. */
export async function listTakenIn(
  db: Db,
  orgId: number,
  kind: string,
  subjectId: number,
): Promise<{ path: string; versionId: number | null; facts: FileFacts | null }[]> {
  const { rows } = await sql<{ path: string; id: number | null } & FileFacts>`
    select f.path, v.id, v.size_bytes as "sizeBytes", v.crc32c, v.sha256, v.generation, v.modified_at as "modifiedAt",
      v.member_count as "memberCount", v.members_digest as "membersDigest"
    from (
      select file_id, version_id from file_use
      where subject_kind = ${kind} and subject_id = ${subjectId} and direction = 'in' and org_id = ${orgId} offset 0
    ) u
    cross join lateral (select path from file where id = u.file_id offset 0) f
    left join lateral (select * from file_version where id = u.version_id offset 0) v on true`.execute(db)
  return rows.map(({ path, id, ...facts }) => ({ path, versionId: id, facts: id === null ? null : facts }))
}
