import { sql } from 'kysely'
import type { Db } from '../db/client.ts'
import { newestVersion } from '../files/file.repository.ts'
import { pathDigest } from '../files/path-digest.ts'
import type { UploadedPath } from '../files/uploads.ts'

/** Those of the paths at which the org's ledger has a file that a run took in or that is a version of a library file. */
export async function findUploadedPaths(
  db: Db,
  orgId: number,
  paths: readonly string[],
): Promise<UploadedPath[]> {
  const { rows } = await sql<UploadedPath>`
    select f.path, v.generation
    from unnest(${paths.map((path) => pathDigest(orgId, path))}::bytea[]) as wanted (digest)
    cross join lateral (
      select id, org_id, path from file where path_digest = wanted.digest offset 0
    ) f
    ${newestVersion}
    where f.org_id = ${orgId} and (
      exists (select from library_version where file_id = f.id)
      or exists (
        select from (select subject_kind from file_use where file_id = f.id offset 0) u where subject_kind = 'run'
      )
    )`.execute(db)
  return rows
}
