import type { Caller } from '../access/caller.ts'
import type { Job, JobListQuery } from '../contract/job.ts'
import type { Db } from '../db/client.ts'
import { inTurnIfMany } from '../files/many-files.ts'
import { listJobIds } from './job.repository.ts'
import { readJobs } from './read-jobs.ts'

/** A page of big jobs ends before its limit: so many files are some 20 MB of answer. */
const mostFiles = 100_000

/** Newest first; `before` is what to ask the next page with, null on the last. */
export async function listJobs(
  db: Db,
  caller: Caller,
  query: JobListQuery,
): Promise<{ jobs: Job[]; before: number | null }> {
  const { orgId, tokenId } = caller
  const found = await listJobIds(db, orgId, { ...query, limit: query.limit + 1, tokenId })
  const page = found.slice(0, pageLength(found.slice(0, query.limit)))
  const files = page.reduce((sum, job) => sum + job.files_count, 0)
  const ids = page.map((job) => job.id)
  const jobs = ids.length === 0 ? [] : await inTurnIfMany(files, () => readJobs(db, orgId, ids))
  return { jobs, before: found.length > page.length ? (ids.at(-1) ?? null) : null }
}

/** As many as hold `mostFiles` together, and one at least. */
function pageLength(jobs: readonly { files_count: number }[]): number {
  let files = 0
  const tooFar = jobs.findIndex((job) => {
    files += job.files_count
    return files > mostFiles
  })
  return tooFar === -1 ? jobs.length : Math.max(tooFar, 1)
}
