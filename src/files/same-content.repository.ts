import { sql } from 'kysely'
import type { Db } from '../db/client.ts'

export interface WantedContent {
  sizeBytes: number
  crc32c: string
  sha256: string
}

export interface SameContent {
  fileId: number
  path: string
  generation: string | null
}

/** So many of the earliest files with the same bytes are looked at: the work does not grow with their number. */
const mostLookedAt = 20

/**
 * For each content the org's earliest file below `folder` that holds it and was there when it was last looked at; in the
 * order given, null where there is none. Bytes are the same by their SHA-256; empty ones are not worth it.
 */
export async function findSameContent(
  db: Db,
  orgId: number,
  folder: string,
  contents: readonly WantedContent[],
): Promise<(SameContent | null)[]> {
  const { rows } = await sql<{ position: number; file_id: number; path: string; generation: string | null }>`
    select wanted.position::int, earlier.file_id, earlier.path, earlier.generation
    from unnest(
      (select ${contents.map((one) => one.crc32c)}::text[]),
      (select ${contents.map((one) => one.sha256)}::text[]),
      (select ${contents.map((one) => one.sizeBytes)}::bigint[])
    ) with ordinality as wanted (crc32c, sha256, size_bytes, position)
    cross join lateral (
      select f.id as file_id, f.path, v.generation
      from (
        select id, file_id, number, generation from file_version
        where org_id = ${orgId} and crc32c = wanted.crc32c and sha256 = wanted.sha256
          and size_bytes = wanted.size_bytes and size_bytes > 0
        order by id limit ${mostLookedAt}
      ) v
      cross join lateral (select * from file where id = v.file_id and org_id = ${orgId} offset 0) f
      where f.state = 'verified' and starts_with(f.path, ${folder})
        and not exists (select from file_version newer where newer.file_id = v.file_id and newer.number > v.number)
      order by v.id limit 1
    ) earlier`.execute(db)
  const byPosition = new Map(rows.map((row) => [row.position, row]))
  return contents.map((_, index) => {
    const row = byPosition.get(index + 1)
    return row === undefined ? null : { fileId: row.file_id, path: row.path, generation: row.generation }
  })
}
