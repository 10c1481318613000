import { recordAudit } from '../access/audit.ts'
import type { Caller } from '../access/caller.ts'
import type { UploadedLibraryFile } from '../contract/library.ts'
import type { Trx } from '../db/client.ts'
import { inTransaction } from '../db/transaction.ts'
import { AppError } from '../errors.ts'
import type { FileTypes } from '../files/file-types.ts'
import { recordFiles } from '../files/record-files.ts'
import { privateFolder } from '../storage/private-folder.ts'
import * as libraryRepository from './library.repository.ts'
import { libraryFileFromRow } from './library.service.ts'
import { hasLibraryBytes } from './library-bytes.ts'
import { type ReceivedLibraryFile, receiveLibraryFile } from './receive-library-file.ts'
import {
  abandonSubmission,
  type FileToStore,
  fileToRecord,
  type OpenStoreDeps,
  type StoreDeps,
  type Stored,
  storeAnnounced,
  temporariesOf,
} from './stored-submission.ts'
import { insertIntentAt, redeemIntents, type SubmissionIntent } from './submission-intent.repository.ts'
import type { SubmittedParts } from './submitted-part.ts'
import { createTemporaries, ofPrivateStore } from './temporaries.ts'

export interface LibraryDeps extends OpenStoreDeps {
  fileTypes: FileTypes
}

export interface PutLibraryFile {
  file: UploadedLibraryFile
  isNew: boolean
}

/** Keeps a file under its name: a new version of it, unless the current one has the same bytes and has not lost them. */
export async function putLibraryFile(
  deps: LibraryDeps,
  caller: Caller,
  givenName: string,
  parts: SubmittedParts,
): Promise<PutLibraryFile> {
  const { db, log, fileTypes } = deps
  const store = ofPrivateStore(deps.store)
  const temporaries = createTemporaries(store, log)
  try {
    const received = await receiveLibraryFile(givenName, parts, fileTypes, temporaries.keep)
    const current = await libraryRepository.findLibraryFile(db, caller.orgId, received.name)
    const same = current?.sha256 === received.kept.sha256 ? current : undefined
    if (same !== undefined && (await hasLibraryBytes(db, store, caller.orgId, same))) {
      return { file: uploaded(same, received), isNew: false }
    }
    const put = await storeVersion({ db, store, log }, caller, {
      received,
      lostFileId: same?.file_id ?? null,
    })
    temporaries.release()
    return put
  } finally {
    await temporaries.remove()
  }
}

interface ToStore {
  received: ReceivedLibraryFile
  /** Of a version of the same bytes that lost them. */
  lostFileId: number | null
}

/** Bytes first, each version at a path of its own, then its rows; an intent ties the two together. */
async function storeVersion(
  deps: StoreDeps,
  caller: Caller,
  { received, lostFileId }: ToStore,
): Promise<PutLibraryFile> {
  const { db, log } = deps
  const { orgId } = caller
  let reserved: { id: number; version: number } | null = null
  let isMade = false
  try {
    const { intent, stored } = await storeAnnounced(deps, async (passOver) => {
      reserved = await libraryRepository.reserveVersion(db, orgId, received.name, passOver || 1)
      return await announceVersion(deps, orgId, received, reserved)
    })
    const [file] = stored
    if (file === undefined) throw new Error('A library file was stored nowhere')
    try {
      const put = await inTransaction(db, (trx) =>
        recordUnlessSame(trx, caller, { received, lostFileId, intent, file }),
      )
      isMade = put.isMade
      return { file: uploaded(put.row, received), isNew: put.isNew }
    } finally {
      if (!isMade) await abandonSubmission(deps, intent)
    }
  } finally {
    if (!isMade && reserved !== null) {
      await libraryRepository
        .forgetReservation(db, orgId, reserved)
        .catch((error: unknown) =>
          log.warn({ err: error, reserved }, 'A name without a file is left in the library'),
        )
    }
  }
}

type VersionToStore = FileToStore & { id: number; version: number }

async function announceVersion(
  { db, store }: StoreDeps,
  orgId: number,
  { kept, stored }: ReceivedLibraryFile,
  { id, version }: { id: number; version: number },
) {
  const path = `${privateFolder(store.root, 'library', orgId)}/${id}/${version}/${stored}`
  const files: VersionToStore[] = [{ id, version, path, kept, same: null }]
  const intent = await insertIntentAt(db, { orgId, paths: [path], temporaryPaths: temporariesOf(files) })
  return { intent, files }
}

interface InPlace extends ToStore {
  intent: SubmissionIntent
  file: Stored<VersionToStore>
}

/** Of several uploads at once with the same bytes one makes a version. */
async function recordUnlessSame(trx: Trx, caller: Caller, inPlace: InPlace) {
  const { orgId } = caller
  const { received, lostFileId, file } = inPlace
  const standing = await libraryRepository.lockLibraryFile(trx, orgId, file.id)
  if (standing === undefined) {
    throw new AppError('conflict', `"${received.name}" was deleted while it was uploaded; send it again`)
  }
  const current =
    standing === 0 ? undefined : await libraryRepository.findLibraryVersion(trx, orgId, file.id, standing)
  const hasSame = current?.sha256 === received.kept.sha256 && current.file_id !== lostFileId
  if (hasSame) return { row: current, isNew: false, isMade: false }
  return { row: await recordVersion(trx, caller, inPlace), isNew: standing === 0, isMade: true }
}

function uploaded(
  row: libraryRepository.LibraryFileRow,
  { findings }: ReceivedLibraryFile,
): UploadedLibraryFile {
  return { ...libraryFileFromRow(row), findings }
}

async function recordVersion(
  trx: Trx,
  caller: Caller,
  { received, intent, file }: InPlace,
): Promise<libraryRepository.LibraryFileRow> {
  const { orgId } = caller
  const { name, type } = received
  const { id, version, path } = file
  if (!(await redeemIntents(trx, orgId, [intent]))) {
    throw new AppError('unavailable', 'The upload took too long and was given up; send it again')
  }
  const recorded = await recordFiles(trx, orgId, [fileToRecord(file)], new Date(), { areNew: true })
  const { fileId, versionId = null } = recorded.get(path) ?? {}
  if (fileId === undefined || versionId === null) throw new Error(`recordFiles left out "${path}"`)
  const made = { id, version, fileId, versionId, fileType: type.extension }
  await libraryRepository.insertLibraryVersion(trx, orgId, made)
  await recordAudit(trx, caller, {
    action: 'library_file.put',
    subject: `library file ${id}`,
    details: { name, version },
  })
  const row = await libraryRepository.findLibraryVersion(trx, orgId, id, version)
  if (row === undefined)
    throw new Error(`Version ${version} of library file ${id} was inserted and not found`)
  return row
}
