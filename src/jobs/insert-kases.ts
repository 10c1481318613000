import type { Kase } from '../contract/job.ts'
import type { Trx } from '../db/client.ts'
import { insertUses } from '../files/file-use.repository.ts'
import type { RecordedFile } from '../files/record-files.ts'
import { type AssociationRow, ensureAuxFiles, insertInputs } from './aux-file.repository.ts'
import { kaseFromRow } from './job-from-rows.ts'
import * as kaseRepository from './kase.repository.ts'
import type { NamedFile } from './named-files.ts'

/** Kases, casefiles and aux files of a new job, each set in one statement; the answer is as they would be read back. */
export async function insertKases(
  trx: Trx,
  orgId: number,
  jobId: number,
  named: readonly NamedFile[],
  recorded: ReadonlyMap<string, RecordedFile>,
): Promise<Kase[]> {
  const count = named.filter((file) => file.casefile !== null).length
  const kaseIds = await kaseRepository.insertKases(trx, orgId, jobId, count)
  const casefileIds = await kaseRepository.nextCasefileIds(trx, count)
  const uses = named.map((file) => {
    const { fileId, versionId, lastEventId } = recordedAt(recorded, file.path)
    const subjectId = at(casefileIds, file.caseIndex)
    return {
      fileId,
      versionId,
      lastEventId,
      direction: 'in',
      subjectKind: 'casefile',
      subjectId,
      place: file.place,
    } as const
  })
  const useIds = await insertUses(trx, orgId, uses)
  const files = named.map((file, index) => ({
    file,
    fileId: at(uses, index).fileId,
    useId: at(useIds, index),
  }))

  const casefiles = files.flatMap(({ file, useId }) =>
    file.casefile === null ? [] : newCasefile(file, file.casefile, useId, { kaseIds, casefileIds }),
  )
  await kaseRepository.insertCasefiles(trx, orgId, casefiles)
  const auxFiles = files.filter(({ file }) => file.casefile === null)
  const auxRows = await insertAuxFiles(trx, orgId, auxFiles, casefileIds)
  return casefiles.map((casefile, index) =>
    kaseFromRow(
      {
        id: casefile.kaseId,
        job_id: jobId,
        status: 'queued',
        progress: 0,
        casefile_id: casefile.id,
        file_name: casefile.fileName,
        path: casefile.path,
        modification_time: casefile.modificationTime,
        casefile_status: casefile.status,
        modules: casefile.modules,
      },
      auxRows[index] ?? [],
    ),
  )
}

function newCasefile(
  { caseIndex, fileName, path, modificationTime }: NamedFile,
  { status, modules }: NonNullable<NamedFile['casefile']>,
  useId: number,
  { kaseIds, casefileIds }: { kaseIds: number[]; casefileIds: number[] },
): kaseRepository.NewCasefile {
  const [id, kaseId] = [at(casefileIds, caseIndex), at(kaseIds, caseIndex)]
  return { id, kaseId, useId, fileName, path, modificationTime, status, modules }
}

/** The aux files of each casefile, in its order. */
async function insertAuxFiles(
  trx: Trx,
  orgId: number,
  files: { file: NamedFile; fileId: number; useId: number }[],
  casefileIds: number[],
): Promise<AssociationRow[][]> {
  const rows: AssociationRow[][] = casefileIds.map(() => [])
  if (files.length === 0) return rows
  const ids = await ensureAuxFiles(
    trx,
    orgId,
    files.map(({ file, fileId }) => ({ fileId, fileName: file.fileName })),
  )
  await insertInputs(
    trx,
    files.map(({ file, useId }, index) => ({
      casefileId: at(casefileIds, file.caseIndex),
      auxFileId: at(ids, index),
      useId,
      position: file.position,
      modificationTime: file.modificationTime,
    })),
  )
  for (const [index, { file }] of files.entries()) {
    rows[file.caseIndex]?.push({
      casefile_id: at(casefileIds, file.caseIndex),
      id: at(ids, index),
      file_name: file.fileName,
      path: file.path,
      modification_time: file.modificationTime,
      is_output: false,
      is_downloaded: false,
    })
  }
  return rows
}

function at<T>(values: readonly T[], index: number): T {
  const value = values[index]
  if (value === undefined) throw new RangeError(`no row ${index} of ${values.length}`)
  return value
}

function recordedAt(recorded: ReadonlyMap<string, RecordedFile>, path: string): RecordedFile {
  const file = recorded.get(path)
  if (file === undefined) throw new Error(`recordFiles left out "${path}"`)
  return file
}
