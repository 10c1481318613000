import { recordAudit } from '../access/audit.ts'
import type { Caller } from '../access/caller.ts'
import type { LibraryFile } from '../contract/library.ts'
import type { Db } from '../db/client.ts'
import { inTransaction } from '../db/transaction.ts'
import { AppError } from '../errors.ts'
import { type Page, type PageOfRows, type PageRequest, pageById } from '../lib/page.ts'
import { wireTime } from '../lib/wire-time.ts'
import * as libraryRepository from './library.repository.ts'

export async function getLibraryFile(db: Db, { orgId }: Caller, name: string): Promise<LibraryFile> {
  const row = await libraryRepository.findLibraryFile(db, orgId, name)
  if (row === undefined) throw libraryFileNotFound()
  return libraryFileFromRow(row)
}

export async function listLibraryFiles(
  db: Db,
  { orgId }: Caller,
  query: PageRequest,
): Promise<Page<LibraryFile>> {
  const list = (page: PageOfRows) => libraryRepository.listLibraryFiles(db, orgId, page)
  return await pageById(query, list, libraryFileFromRow)
}

/** Throws `conflict` where a workflow names it; what runs pinned stays readable. */
export async function deleteLibraryFile(db: Db, caller: Caller, name: string): Promise<void> {
  const { orgId } = caller
  await inTransaction(db, async (trx) => {
    const found = await libraryRepository.findLibraryFile(trx, orgId, name)
    const isLocked = found && (await libraryRepository.lockLibraryFile(trx, orgId, found.id))
    if (found === undefined || isLocked === undefined) throw libraryFileNotFound()
    if (found.workflows.length > 0) {
      const slugs = found.workflows.map((slug) => `"${slug}"`).join(', ')
      throw new AppError(
        'conflict',
        `"${found.name}" cannot be deleted: it is named by the steps of these workflows: ${slugs}`,
      )
    }
    await libraryRepository.deleteLibraryFile(trx, orgId, found.id)
    await recordAudit(trx, caller, {
      action: 'library_file.delete',
      subject: `library file ${found.id}`,
      details: { name: found.name },
    })
  })
}

export function libraryFileFromRow(row: libraryRepository.LibraryFileRow): LibraryFile {
  return {
    name: row.name,
    version: row.version,
    file_id: row.file_id,
    file_type: row.file_type,
    size_bytes: row.size_bytes,
    sha256: row.sha256,
    uri: row.path,
    created_at: wireTime(row.created_at),
    updated_at: wireTime(row.updated_at),
    workflows: row.workflows,
  }
}

function libraryFileNotFound(): AppError {
  return new AppError('not_found', 'Library file not found')
}
