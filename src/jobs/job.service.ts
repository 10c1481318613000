import { recordAudit } from '../access/audit.ts'
import type { Caller } from '../access/caller.ts'
import { nameFault } from '../access/faults.ts'
import { holdOrgRow } from '../access/org-rows.repository.ts'
import { ensureProject } from '../access/project.repository.ts'
import type { Job, JobInput } from '../contract/job.ts'
import type { Preflight } from '../contract/preflight.ts'
import type { Db, Trx } from '../db/client.ts'
import { inTransaction } from '../db/transaction.ts'
import { AppError, type ErrorDetail, moreThanOne, sentenceOfDetails } from '../errors.ts'
import type { Looker } from '../files/look-at.ts'
import { inTurnIfMany } from '../files/many-files.ts'
import { recordFiles } from '../files/record-files.ts'
import { writeOnce } from '../idempotency/write-once.ts'
import { insertKases } from './insert-kases.ts'
import * as jobRepository from './job.repository.ts'
import { jobFromRows } from './job-from-rows.ts'
import { auxFileWords, type NamedFile, type NamedFileFault, namedFiles } from './named-files.ts'
import { type PreflightDeps, preflight, refuseUnrunnable, withFound } from './preflight.service.ts'

export interface JobDeps extends PreflightDeps {
  db: Db
  lookAt: Looker
}

export async function createJob(deps: JobDeps, caller: Caller, input: JobInput): Promise<Job> {
  const named = await namedFilesOf(deps.db, caller, input)
  return await inTurnIfMany(named.length, async () => {
    if (input.check !== 'required' && input.discover !== true)
      return await recordJob(deps, caller, input, named)
    const checked = await preflight(deps, caller.orgId, input)
    if (input.check === 'required') refuseUnrunnable(checked)
    if (input.discover !== true) return await recordJob(deps, caller, input, named)
    const withAuxFiles = withFound(input, checked)
    return await recordJob(deps, caller, withAuxFiles, await namedFilesOf(deps.db, caller, withAuxFiles))
  })
}

/** What `createJob` would refuse is refused here too; nothing is stored. */
export async function checkJob(deps: JobDeps, caller: Caller, input: JobInput): Promise<Preflight> {
  const named = await namedFilesOf(deps.db, caller, input)
  const { details } = await inTransaction(deps.db, (trx) => findChoice(trx, caller, input.job))
  if (details.length > 0) throw refusal(details, [])
  return await inTurnIfMany(named.length, async () => (await preflight(deps, caller.orgId, input)).report)
}

/** Throws for names and paths that cannot be, together with all else that is wrong with the job. */
async function namedFilesOf(db: Db, caller: Caller, input: JobInput): Promise<NamedFile[]> {
  const { files, faults } = namedFiles(input)
  const projectFault = nameFault(input.job.project_name)
  if (faults.length === 0 && projectFault === null) return files
  const { details } = await inTransaction(db, (trx) => findChoice(trx, caller, input.job))
  const ofProject = projectFault === null ? [] : [{ field: 'job.project_name', message: projectFault }]
  throw refusal([...ofProject, ...details], faults)
}

/** Files are looked at before the transaction; all rows of a job stand or fall together. */
async function recordJob(deps: JobDeps, caller: Caller, input: JobInput, named: NamedFile[]): Promise<Job> {
  const { files, seenAt } = await deps.lookAt(
    caller.orgId,
    named.map((file) => ({ path: file.path, declaredAt: file.modificationTime })),
  )
  return await writeOnce(deps.db, caller, async (trx) => {
    const choice = await choose(trx, caller, input.job)
    const id = await jobRepository.insertJob(trx, {
      ...choice,
      orgId: caller.orgId,
      tokenId: caller.tokenId,
      description: input.job.description,
      numparallelsims: input.job.numparallelsims ?? 1,
      launchTime: input.job.launch_time === undefined ? null : new Date(input.job.launch_time),
      filesCount: named.length,
    })
    const recorded = await recordFiles(trx, caller.orgId, files, seenAt)
    const kases = await insertKases(trx, caller.orgId, id, named, recorded)
    await recordAudit(trx, caller, { action: 'job.create', subject: `job ${id}` })
    const [row] = await jobRepository.findJobs(trx, caller.orgId, [id])
    if (row === undefined) throw new Error(`Job ${id} is not there`)
    return jobFromRows(row, kases)
  })
}

/** All faults at once; a file that cannot be created gives the sentence, an aux file before a casefile. */
function refusal(ofJob: ErrorDetail[], ofFiles: NamedFileFault[]): AppError {
  const details = [...ofJob, ...ofFiles.map(({ field, message }) => ({ field, message }))]
  const file = ofFiles.find(({ sentence }) => sentence.startsWith(auxFileWords)) ?? ofFiles[0]
  const [first] = ofJob
  if (file !== undefined) {
    const sentence = `${file.sentence}: ${file.message}${moreThanOne(details.length)}`
    return new AppError('invalid', sentence, { details })
  }
  return new AppError('invalid', first && sentenceOfDetails(first, details.length), { details })
}

async function findChoice(trx: Trx, { orgId }: Caller, job: JobInput['job']) {
  const version = await holdOrgRow(trx, 'solver_version', orgId, { name: job.olga_version })
  const engine = await holdOrgRow(trx, 'engine', orgId, { id: job.engine_id ?? 1 })
  const priority =
    job.priority_id === undefined ? null : await holdOrgRow(trx, 'priority', orgId, { id: job.priority_id })
  const details = [
    version === undefined && {
      field: 'job.olga_version',
      message: `"${job.olga_version}" is not a registered solver version`,
    },
    engine === undefined && { field: 'job.engine_id', message: `there is no engine ${job.engine_id ?? 1}` },
    priority === undefined && {
      field: 'job.priority_id',
      message: `there is no priority ${job.priority_id}`,
    },
  ].filter((detail) => detail !== false)
  return { version, engine, priority, details }
}

async function choose(trx: Trx, caller: Caller, job: JobInput['job']) {
  const { version, engine, priority, details } = await findChoice(trx, caller, job)
  if (version === undefined || engine === undefined || priority === undefined) throw refusal(details, [])
  return {
    projectId: await ensureProject(trx, caller.orgId, job.project_name),
    solverVersionId: version.id,
    engineId: engine.id,
    priorityId: priority?.id ?? null,
  }
}
