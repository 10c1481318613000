import { recordAudits } from '../access/audit.ts'
import type { Caller } from '../access/caller.ts'
import type { Job, JobPatch } from '../contract/job.ts'
import type { Db } from '../db/client.ts'
import { inTransaction } from '../db/transaction.ts'
import { AppError } from '../errors.ts'
import { lockJob, updateJob } from './job.repository.ts'
import { changeOfFlags } from './job-state.ts'
import { countKases, moveKases } from './kase.repository.ts'
import { getJob } from './read-jobs.ts'

/** Throws `malformed_request` for a body that names anything but the two flags. */
export function refuseOtherFields(body: unknown): void {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return
  const others = Object.keys(body).filter((field) => field !== 'pause_flag' && field !== 'kill_flag')
  if (others.length === 0) return
  throw new AppError('malformed_request', 'Only pause_flag and kill_flag can be updated', {
    details: others.map((field) => ({ field, message: 'cannot be updated' })),
  })
}

/** Pauses, resumes or kills a job. Who asks at the same moment is served one after another. */
export async function controlJob(db: Db, caller: Caller, id: number, patch: JobPatch): Promise<Job> {
  const { orgId } = caller
  return await inTransaction(db, async (trx) => {
    const job = await lockJob(trx, orgId, id)
    if (job === undefined) throw new AppError('not_found', 'Job not found')
    const change = changeOfFlags(id, { ...job, kases: await countKases(trx, orgId, id) }, patch)
    if (change !== null) {
      await moveKases(trx, orgId, id, change.moves, job.lockedAt)
      await updateJob(trx, orgId, id, { ...job, ...change })
      await recordAudits(
        trx,
        change.actions.map((action) => ({ actor: caller, action, subject: `job ${id}` })),
      )
    }
    return await getJob(trx, caller, id)
  })
}
