import { recordAudit } from '../access/audit.ts'
import type { Caller } from '../access/caller.ts'
import type { AuxFile, AuxFilePatch } from '../contract/job.ts'
import type { Db } from '../db/client.ts'
import { inTransaction } from '../db/transaction.ts'
import { AppError } from '../errors.ts'
import { setDownloaded } from './aux-file.repository.ts'
import { lockJob, updateJob } from './job.repository.ts'
import { findKase } from './kase.repository.ts'
import { getKase } from './read-jobs.ts'

/** Of a file that the casefile takes in and puts out, the output is meant. */
export async function updateAuxFile(
  db: Db,
  caller: Caller,
  { id: kaseId, aux_id: auxFileId }: { id: number; aux_id: number },
  patch: AuxFilePatch,
): Promise<AuxFile> {
  const { orgId } = caller
  return await inTransaction(db, async (trx) => {
    const kase = await findKase(trx, orgId, kaseId)
    const job = kase && (await lockJob(trx, orgId, kase.job_id))
    if (kase === undefined || job === undefined) throw new AppError('not_found', 'Kase not found')
    const isNew = await setDownloaded(trx, kase.casefile_id, auxFileId, patch.is_downloaded)
    if (isNew === true) {
      await updateJob(trx, orgId, kase.job_id, job)
      const subject = `aux_file ${auxFileId} of kase ${kaseId}`
      await recordAudit(trx, caller, { action: 'aux_file.update', subject, details: patch })
    }
    const { casefile } = await getKase(trx, caller, kaseId)
    const shown = casefile.aux_files.findLast((aux) => aux.id === auxFileId)
    if (shown === undefined) throw new AppError('not_found', 'Aux file not found')
    return shown
  })
}
