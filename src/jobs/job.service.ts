import { recordAudit } from '../access/audit.ts'
import type { Caller } from '../access/caller.ts'
import { nameFault } from '../access/faults.ts'
import { holdOrgRow } from '../access/org-rows.repository.ts'
import { ensureProject } from '../access/project.repository.ts'
import type { Job, JobInput } from '../contract/job.ts'
import type { Preflight } from '../contract/preflight.ts'
import type { Db, Trx } from '../db/client.ts'
import { inTransaction } from '../db/transaction.ts'
import { AppError, type ErrorDetail, sentenceOfDetails } from '../errors.ts'
import { insertUses, type NewUse } from '../files/file-use.repository.ts'
import type { Looker } from '../files/look-at.ts'
import { inTurnIfMany } from '../files/many-files.ts'
import { recordFiles } from '../files/record-files.ts'
import { writeOnce } from '../idempotency/write-once.ts'
import * as jobRepository from './job.repository.ts'
import { jobFromRows } from './job-from-rows.ts'
import { type NamedFile, type NamedFileFault, namedFiles } from './named-files.ts'
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
    })
    const recorded = await recordFiles(trx, caller.orgId, files, seenAt)
    await insertCases(trx, caller.orgId, id, named, recorded)
    await recordAudit(trx, caller, { action: 'job.create', subject: `job ${id}` })
    return await getJob(trx, caller, id)
  })
}

export async function getJob(db: Db, caller: Caller, id: number): Promise<Job> {
  const job = await jobRepository.findJob(db, caller.orgId, id)
  if (job === undefined) throw new AppError('not_found', 'Job not found')
  const kases = await jobRepository.listKases(db, caller.orgId, id)
  return jobFromRows(job, kases, await jobRepository.listAssociations(db, caller.orgId, id))
}

/** All faults at once; a file that cannot be created gives the sentence. */
function refusal(ofJob: ErrorDetail[], ofFiles: NamedFileFault[]): AppError {
  const details = [...ofJob, ...ofFiles.map(({ field, message }) => ({ field, message }))]
  const [file] = ofFiles
  const [first] = ofJob
  if (file !== undefined) return new AppError('invalid', `${file.sentence}: ${file.message}`, { details })
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

type Recorded = Awaited<ReturnType<typeof recordFiles>>

async function insertCases(trx: Trx, orgId: number, jobId: number, named: NamedFile[], recorded: Recorded) {
  const cases = named.filter((file) => file.casefile !== null)
  const kaseIds = await jobRepository.insertKases(trx, orgId, jobId, cases.length)
  const casefileIds = await jobRepository.nextCasefileIds(trx, cases.length)
  const at = <T>(values: T[], index: number): T => {
    const value = values[index]
    if (value === undefined) throw new RangeError(`no row ${index} of ${values.length}`)
    return value
  }
  const useOf = (file: NamedFile): NewUse => {
    const { fileId, versionId } = recordedAt(recorded, file.path)
    return {
      fileId,
      versionId,
      direction: 'in',
      subjectKind: 'casefile',
      subjectId: at(casefileIds, file.caseIndex),
      place: file.place,
    }
  }
  const useIds = await insertUses(trx, orgId, named.map(useOf))
  const rows = named.map((file, index) => ({ file, useId: at(useIds, index) }))

  await jobRepository.insertCasefiles(
    trx,
    orgId,
    rows.flatMap(({ file, useId }) =>
      file.casefile === null
        ? []
        : {
            ...file.casefile,
            id: at(casefileIds, file.caseIndex),
            kaseId: at(kaseIds, file.caseIndex),
            useId,
            fileName: file.fileName,
            path: file.path,
            modificationTime: file.modificationTime,
          },
    ),
  )
  const auxRows = rows.filter(({ file }) => file.casefile === null)
  if (auxRows.length === 0) return
  const auxFileIds = await jobRepository.ensureAuxFiles(
    trx,
    orgId,
    auxRows.map(({ file }) => ({ fileId: recordedAt(recorded, file.path).fileId, fileName: file.fileName })),
  )
  await jobRepository.insertAssociations(
    trx,
    auxRows.map(({ file, useId }, index) => ({
      casefileId: at(casefileIds, file.caseIndex),
      auxFileId: at(auxFileIds, index),
      useId,
      position: file.position,
      modificationTime: file.modificationTime,
    })),
  )
}

function recordedAt(recorded: Recorded, path: string) {
  const file = recorded.get(path)
  if (file === undefined) throw new Error(`recordFiles left out "${path}"`)
  return file
}
