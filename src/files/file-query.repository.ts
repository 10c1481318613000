import { type RawBuilder, sql } from 'kysely'
import type { FileQuery, FileState } from '../contract/file.ts'
import type { Db } from '../db/client.ts'
import { newestVersion } from './file.repository.ts'
import type { FileFacts } from './file-state.ts'

export interface FileSummaryRow {
  id: number
  path: string
  basename: string
  state: FileState
  reason: string
  checked_at: Date | null
  size_bytes: number | null
  crc32c: string | null
  number: number | null
}

const summaryColumns = sql`f.id, f.path, f.basename, f.state, f.reason, f.checked_at, v.size_bytes, v.crc32c, v.number`

const pathStart = sql`left(f.path, 500) collate "C"`

/**
 * Those after the file `afterId`: newest first, or, below a prefix, in the order of their paths. Either order is one
 * that an index gives, so that a page costs the same however many files follow.
 */
export async function listFiles(
  db: Db,
  orgId: number,
  query: Omit<FileQuery, 'limit' | 'cursor'> & { limit: number; afterId: number | null },
): Promise<FileSummaryRow[]> {
  const { afterId } = query
  const byPath = query.path_prefix !== undefined
  const conditions = [sql`f.org_id = ${orgId}`, ...conditionsOf(orgId, query)]
  if (afterId !== null && !byPath) conditions.push(sql`f.id < ${afterId}`)
  if (afterId !== null && byPath) {
    conditions.push(sql`(${pathStart}, f.id) > (
      select left(path, 500) collate "C", id from file where id = ${afterId} and org_id = ${orgId})`)
  }
  const { rows } = await sql<FileSummaryRow>`
    select ${summaryColumns} from file f ${newestVersion}
    where ${sql.join(conditions, sql` and `)}
    order by ${byPath ? sql`${pathStart}, f.id` : sql`f.id desc`} limit ${query.limit}`.execute(db)
  return rows
}

function conditionsOf(orgId: number, query: Omit<FileQuery, 'limit' | 'cursor'>): RawBuilder<unknown>[] {
  const { name, path_prefix: prefix, ext, state, checksum, direction } = query
  const conditions: RawBuilder<unknown>[] = []
  if (name !== undefined) {
    conditions.push(sql`left(f.basename, 255) = left(${name}::text, 255) and f.basename = ${name}`)
  }
  if (prefix !== undefined) {
    conditions.push(sql`${pathStart} >= left(${prefix}::text, 500)
      and ${pathStart} < left(${prefix}::text, 499) || ${'\u{10FFFF}'}
      and starts_with(f.path, ${prefix})`)
  }
  if (ext !== undefined) {
    conditions.push(sql`left(f.nameext, 50) = left(${dotted(ext)}::text, 50) and f.nameext = ${dotted(ext)}`)
  }
  if (state !== undefined) conditions.push(sql`f.state = ${state}`)
  if (checksum !== undefined) {
    conditions.push(sql`v.crc32c = ${checksum}
      and f.id in (select file_id from file_version where org_id = ${orgId} and crc32c = ${checksum})`)
  }
  if (direction !== undefined) {
    conditions.push(sql`exists (select from file_use where file_id = f.id and direction = ${direction})`)
  }
  return conditions
}

/** `vcf.gz` and `.vcf.gz` both name that extension. */
function dotted(ext: string): string {
  return ext.startsWith('.') ? ext : `.${ext}`
}

export async function findSummaries(db: Db, orgId: number, ids: number[]): Promise<FileSummaryRow[]> {
  const { rows } = await sql<FileSummaryRow>`
    select ${summaryColumns}
    from unnest(${ids}::int[]) with ordinality as wanted (id, position)
    cross join lateral (select * from file where id = wanted.id offset 0) f
    ${newestVersion}
    where f.org_id = ${orgId}
    order by wanted.position`.execute(db)
  return rows
}

export async function findFile(db: Db, orgId: number, id: number) {
  return await db
    .selectFrom('file')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .executeTakeFirst()
}

/** What a version was, by its id. */
export async function findVersionFacts(
  db: Db,
  orgId: number,
  versionId: number,
): Promise<(FileFacts & { fileId: number }) | undefined> {
  return await db
    .selectFrom('file_version')
    .select([
      'file_id as fileId',
      'size_bytes as sizeBytes',
      'crc32c',
      'sha256',
      'generation',
      'modified_at as modifiedAt',
      'member_count as memberCount',
      'members_digest as membersDigest',
    ])
    .where('org_id', '=', orgId)
    .where('id', '=', versionId)
    .executeTakeFirst()
}

export async function listVersions(db: Db, orgId: number, fileId: number) {
  return await db
    .selectFrom('file_version')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('file_id', '=', fileId)
    .orderBy('number', 'desc')
    .limit(1000)
    .execute()
}

/** The latest uses; a file of many thousands tells its latest thousand. */
export async function listUses(db: Db, orgId: number, fileId: number) {
  return await db
    .selectFrom('file_use')
    .leftJoin('file_version', 'file_version.id', 'file_use.version_id')
    .select([
      'file_use.subject_kind',
      'file_use.subject_id',
      'file_use.place',
      'file_use.direction',
      'file_version.number',
      'file_use.created_at',
    ])
    .where('file_use.org_id', '=', orgId)
    .where('file_use.file_id', '=', fileId)
    .orderBy('file_use.id', 'desc')
    .limit(1000)
    .execute()
}

/** Files that some place states to belong to this one. */
export async function listCompanions(db: Db, orgId: number, fileId: number) {
  return await db
    .selectFrom('file_use as primary_use')
    .innerJoin('file_use as companion_use', 'companion_use.primary_use_id', 'primary_use.id')
    .innerJoin('file', 'file.id', 'companion_use.file_id')
    .select([
      'file.id',
      'file.path',
      'companion_use.companion_name',
      'companion_use.subject_kind',
      'companion_use.subject_id',
      'companion_use.place',
    ])
    .where('primary_use.org_id', '=', orgId)
    .where('primary_use.file_id', '=', fileId)
    .orderBy('companion_use.id', 'desc')
    .limit(1000)
    .execute()
}
