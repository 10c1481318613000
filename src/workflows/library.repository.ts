import { sql } from 'kysely'
import type { Db, Trx } from '../db/client.ts'
import type { PageOfRows } from '../lib/page.ts'
import { libraryKey } from './library-name.ts'

/** A library file in one of its versions, by default the current one. */
export interface LibraryFileRow {
  id: number
  name: string
  version: number
  file_id: number
  version_id: number
  file_type: string
  size_bytes: number
  sha256: string
  path: string
  created_at: Date
  updated_at: Date
  /** Slugs, in the order in which they were made. */
  workflows: string[]
}

/** So many workflows are told of one file. */
const mostWorkflows = 100

// A deleted workflow names nothing any more; asked whether it is deleted, the planner would take an index by org.
const columns = sql`l.id, l.name, v.version, v.file_id, v.version_id, v.file_type, fv.size_bytes, fv.sha256, f.path, l.created_at,
  v.created_at as updated_at, array(
    select w.slug from (
      select workflow_id from workflow_library_name where name_key = l.name_key order by workflow_id limit ${sql.lit(mostWorkflows)}
    ) n
    cross join lateral (select id, slug from workflow where id = n.workflow_id offset 0) w
    order by w.id
  ) as workflows`

/** Look-ups by primary keys for each library file `l`, however the planner would join. */
const factsOfEach = (version: number | null) => sql`cross join lateral (
    select * from library_version where library_file_id = l.id and version = coalesce(${version}::int, l.version) offset 0
  ) v
  cross join lateral (select path from file where id = v.file_id offset 0) f
  cross join lateral (select size_bytes, sha256 from file_version where id = v.version_id offset 0) fv`

export async function findLibraryFile(
  db: Db,
  orgId: number,
  name: string,
): Promise<LibraryFileRow | undefined> {
  const { rows } = await sql<LibraryFileRow>`
    select ${columns} from library_file l ${factsOfEach(null)}
    where l.name_key = ${libraryKey(orgId, name)}`.execute(db)
  return rows[0]
}

export async function findLibraryVersion(
  db: Db,
  orgId: number,
  id: number,
  version: number,
): Promise<LibraryFileRow | undefined> {
  const { rows } = await sql<LibraryFileRow>`
    select ${columns} from library_file l ${factsOfEach(version)}
    where l.id = ${id} and l.org_id = ${orgId}`.execute(db)
  return rows[0]
}

export async function listLibraryFiles(db: Db, orgId: number, page: PageOfRows): Promise<LibraryFileRow[]> {
  const { rows } = await sql<LibraryFileRow>`
    select ${columns} from (
      select * from library_file
      where org_id = ${orgId} and id > ${page.afterId} and deleted_at is null and version > 0
      order by id limit ${page.limit}
    ) l ${factsOfEach(null)}
    order by l.id`.execute(db)
  return rows
}

/** A library file as it now is, for whoever pins it. */
export interface CurrentLibraryFile {
  name: string
  fileId: number
  versionId: number
  fileType: string
  path: string
  sizeBytes: number
  sha256: string
}

/** Those of these names, as they are given, that the org's library has. */
export async function findLibraryFiles(
  db: Db,
  orgId: number,
  names: readonly string[],
): Promise<Map<string, CurrentLibraryFile>> {
  const { rows } = await sql<CurrentLibraryFile & { wanted: string }>`
    select wanted.name as wanted, l.name, v.file_id as "fileId", v.version_id as "versionId", v.file_type as "fileType", f.path,
      fv.size_bytes as "sizeBytes", fv.sha256
    from unnest(${names}::text[], ${names.map((name) => libraryKey(orgId, name))}::text[]) as wanted (name, key)
    cross join lateral (
      select id, name, version from library_file where name_key = wanted.key offset 0
    ) l ${factsOfEach(null)}`.execute(db)
  return new Map(rows.map(({ wanted, ...file }) => [wanted, file]))
}

/** The name of which the file is a version, also where it is deleted by now. */
export async function findNameOfFile(db: Db, orgId: number, fileId: number): Promise<string | undefined> {
  const { rows } = await sql<{ name: string }>`
    select l.name from library_version v
    cross join lateral (
      select name from library_file where id = v.library_file_id and org_id = ${orgId} offset 0
    ) l
    where v.file_id = ${fileId}`.execute(db)
  return rows[0]?.name
}

/**
 * Gives out the next number of a version that is at least `step` further on, once; the first makes the file, which nobody
 * sees before its version.
 */
export async function reserveVersion(
  db: Db,
  orgId: number,
  name: string,
  step: number,
): Promise<{ id: number; version: number }> {
  return await db
    .insertInto('library_file')
    .values({ org_id: orgId, name })
    .onConflict((conflict) =>
      conflict.column('name_key').doUpdateSet({ reserved: sql`library_file.reserved + ${step}::int` }),
    )
    .returning(['id', 'reserved as version'])
    .executeTakeFirstOrThrow()
}

/** After an upload that failed: takes the file back where nothing else came of it. */
export async function forgetReservation(
  db: Db,
  orgId: number,
  { id, version }: { id: number; version: number },
): Promise<void> {
  await db
    .deleteFrom('library_file')
    .where('id', '=', id)
    .where('org_id', '=', orgId)
    .where('version', '=', 0)
    .where('reserved', '=', version)
    .execute()
}

/** Its current version, 0 where it has none yet; nobody else changes it until this transaction has ended. */
export async function lockLibraryFile(trx: Trx, orgId: number, id: number): Promise<number | undefined> {
  const row = await trx
    .selectFrom('library_file')
    .select('version')
    .where('id', '=', id)
    .where('org_id', '=', orgId)
    .where('deleted_at', 'is', null)
    .forUpdate()
    .executeTakeFirst()
  return row?.version
}

export interface NewLibraryVersion {
  id: number
  version: number
  fileId: number
  versionId: number
  fileType: string
}

/** The caller holds the lock. Of two uploads at once the one with the higher number is current, whichever ends first. */
export async function insertLibraryVersion(trx: Trx, orgId: number, made: NewLibraryVersion): Promise<void> {
  await sql`
    with made as (
      insert into library_version (library_file_id, version, file_id, version_id, file_type)
      values (${made.id}, ${made.version}, ${made.fileId}, ${made.versionId}, ${made.fileType})
    )
    update library_file set version = greatest(version, ${made.version}::int)
    where id = ${made.id} and org_id = ${orgId}`.execute(trx)
}

/** Its versions stay for the runs that pinned them. */
export async function deleteLibraryFile(trx: Trx, orgId: number, id: number): Promise<void> {
  await trx
    .updateTable('library_file')
    .set({ deleted_at: sql`now()` })
    .where('id', '=', id)
    .where('org_id', '=', orgId)
    .execute()
}

/** Written with each definition of a workflow, so that who names a file is known without reading all of them. */
export async function replaceLibraryNames(
  trx: Trx,
  orgId: number,
  workflowId: number,
  names: readonly string[],
): Promise<void> {
  const keys = [...new Set(names.map((name) => libraryKey(orgId, name)))]
  await sql`
    with gone as (
      delete from workflow_library_name where workflow_id = ${workflowId} and name_key <> all(${keys}::text[])
    )
    insert into workflow_library_name (workflow_id, name_key)
    select ${workflowId}, key from unnest(${keys}::text[]) as k (key)
    on conflict do nothing`.execute(trx)
}
