import type { JobInput } from '../../contract/job.ts'
import type { Preflight } from '../../contract/preflight.ts'
import { AppError } from '../../errors.ts'
import type { ApiClient } from '../client.ts'
import type { CliIo } from '../io.ts'
import { createProgress, whileWaiting } from '../progress.ts'

const casesInPart = 50

/** Asks whether a job can run. Many cases are asked about in parts, so that a bar can tell how far it is. */
export async function checkInParts(io: CliIo, client: ApiClient, job: JobInput): Promise<Preflight> {
  const ask = (body: JobInput) => client.post<Preflight>('/jobs/check', body)
  // A body of a file is sent as it is, whatever it holds.
  if (!Array.isArray(job?.casefiles) || job.casefiles.length <= casesInPart) {
    return await whileWaiting(io, 'Checking what the cases need', () => ask(job))
  }
  const { casefiles } = job
  const progress = createProgress(io, { label: 'Checking', total: casefiles.length, unit: 'files' })
  const parts: Preflight[] = []
  try {
    for (let first = 0; first < casefiles.length; first += casesInPart) {
      const part = casefiles.slice(first, first + casesInPart)
      parts.push(await ask({ ...job, casefiles: part }).catch((error: unknown) => throwOfPart(error, first)))
      progress.advance(part.length)
    }
  } finally {
    progress.end()
  }
  return {
    runnable: parts.every(({ runnable }) => runnable),
    casefiles: parts.flatMap((part) => part.casefiles),
  }
}

/** An error names casefiles by their places in the part; its reader knows those in the job. */
function throwOfPart(error: unknown, first: number): never {
  if (!(error instanceof AppError)) throw error
  const inJob = (text: string) =>
    text.replace(/casefiles\[(\d{1,9})\]/g, (_, index: string) => `casefiles[${Number(index) + first}]`)
  const details = error.details.map(({ field, message }) => ({ field: inJob(field), message }))
  throw new AppError(error.code, inJob(error.message), { details, cause: error })
}
