import type { Caller } from '../access/caller.ts'
import type { Job, Kase } from '../contract/job.ts'
import type { Db } from '../db/client.ts'
import { AppError } from '../errors.ts'
import { addToList } from '../lib/add-to-list.ts'
import { type AssociationRow, listAssociations } from './aux-file.repository.ts'
import { findJobs } from './job.repository.ts'
import { jobFromRows, kaseFromRow } from './job-from-rows.ts'
import { type KasesBy, listKases } from './kase.repository.ts'

/** Three statements, for one job or for a thousand; in the order asked for. */
export async function readJobs(db: Db, orgId: number, ids: number[]): Promise<Job[]> {
  const rows = await findJobs(db, orgId, ids)
  const kases = new Map<number, Kase[]>()
  for (const { jobId, kase } of await readKases(db, orgId, { jobIds: ids })) addToList(kases, jobId, kase)
  return rows.map((row) => jobFromRows(row, kases.get(row.id) ?? []))
}

export async function getJob(db: Db, caller: Caller, id: number): Promise<Job> {
  const [job] = await readJobs(db, caller.orgId, [id])
  if (job === undefined) throw new AppError('not_found', 'Job not found')
  return job
}

export async function getKase(db: Db, caller: Caller, id: number): Promise<Kase> {
  const [found] = await readKases(db, caller.orgId, { kaseIds: [id] })
  if (found === undefined) throw new AppError('not_found', 'Kase not found')
  return found.kase
}

async function readKases(db: Db, orgId: number, by: KasesBy): Promise<{ jobId: number; kase: Kase }[]> {
  const rows = await listKases(db, orgId, by)
  const associations = new Map<number, AssociationRow[]>()
  for (const row of await listAssociations(db, orgId, by)) addToList(associations, row.casefile_id, row)
  return rows.map((row) => ({
    jobId: row.job_id,
    kase: kaseFromRow(row, associations.get(row.casefile_id) ?? []),
  }))
}
