import type { Caller } from '../access/caller.ts'
import type { JobStatuses, JobStatusQuery } from '../contract/job.ts'
import type { Db } from '../db/client.ts'
import { AppError } from '../errors.ts'
import { addToList } from '../lib/add-to-list.ts'
import { findJobStatuses } from './job.repository.ts'
import { jobStatusFromRows } from './job-from-rows.ts'
import { type KaseStatusRow, listKaseStatuses } from './kase.repository.ts'

const mostIds = 1000
/** Some 15 MB of answer. */
const mostKases = 100_000
const largestId = 2_147_483_647

/** In the order asked for, each once; what is unknown or another org's is left out. */
export async function listJobStatuses(
  db: Db,
  caller: Caller,
  { job_ids: ids = [] }: JobStatusQuery,
): Promise<JobStatuses> {
  const fault =
    ids.length === 0
      ? 'is required: name the jobs, as in ?job_ids=1&job_ids=2'
      : ids.length > mostIds && `must name at most 1,000 jobs, not ${ids.length.toLocaleString('en')}`
  if (fault) {
    throw new AppError('invalid_query', `job_ids ${fault}`, {
      details: [{ field: 'job_ids', message: fault }],
    })
  }
  return await readStatuses(db, caller, [...new Set(ids)])
}

export async function getJobStatus(db: Db, caller: Caller, id: number): Promise<JobStatuses> {
  const found = await readStatuses(db, caller, [id])
  if (found.jobs.length === 0) throw new AppError('not_found', 'Job not found')
  return found
}

async function readStatuses(db: Db, { orgId }: Caller, ids: number[]): Promise<JobStatuses> {
  const jobs = await findJobStatuses(
    db,
    orgId,
    ids.filter((id) => id <= largestId),
  )
  const count = jobs.reduce((sum, job) => sum + job.kases_count, 0)
  if (jobs.length > 1 && count > mostKases) {
    const message = `name jobs of ${count.toLocaleString('en')} kases, over the limit of ${mostKases.toLocaleString('en')}; ask for fewer at a time`
    throw new AppError('too_large', `The job_ids ${message}`, { details: [{ field: 'job_ids', message }] })
  }
  const kases = new Map<number, KaseStatusRow[]>()
  const rows = await listKaseStatuses(
    db,
    orgId,
    jobs.map((job) => job.id),
  )
  for (const row of rows) addToList(kases, row.job_id, row)
  return { jobs: jobs.map((job) => jobStatusFromRows(job, kases.get(job.id) ?? [])) }
}
