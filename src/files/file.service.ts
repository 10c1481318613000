import { recordAudit } from '../access/audit.ts'
import type { Caller } from '../access/caller.ts'
import type { FileDetail, FileQuery, FileSummary, VerifyInput } from '../contract/file.ts'
import type { Db } from '../db/client.ts'
import { inTransaction } from '../db/transaction.ts'
import { AppError, sentenceOfDetails } from '../errors.ts'
import { idFromCursor, type Page, pageFromRows } from '../lib/page.ts'
import { wireTime } from '../lib/wire-time.ts'
import { addressFault } from '../storage/location.ts'
import { findFilesById } from './file.repository.ts'
import type { FileSummaryRow } from './file-query.repository.ts'
import * as fileQuery from './file-query.repository.ts'
import type { Looker } from './look-at.ts'
import { recordFiles } from './record-files.ts'

export async function listFiles(
  db: Db,
  caller: Caller,
  { limit, cursor, ...filters }: FileQuery,
): Promise<Page<FileSummary>> {
  const afterId = idFromCursor(cursor)
  const rows = await fileQuery.listFiles(db, caller.orgId, { ...filters, limit: limit + 1, afterId })
  return pageFromRows(rows, limit, summaryFromRow)
}

export async function getFile(db: Db, caller: Caller, id: number): Promise<FileDetail> {
  const file = await fileQuery.findFile(db, caller.orgId, id)
  if (file === undefined) throw new AppError('not_found', 'File not found')
  const [versions, uses, companions] = await Promise.all([
    fileQuery.listVersions(db, caller.orgId, id),
    fileQuery.listUses(db, caller.orgId, id),
    fileQuery.listCompanions(db, caller.orgId, id),
  ])
  const newest = versions[0]
  return {
    ...summaryFromRow({
      ...file,
      size_bytes: newest?.size_bytes ?? null,
      crc32c: newest?.crc32c ?? null,
      number: newest?.number ?? null,
    }),
    kind: file.kind,
    basename: file.basename,
    dirname: file.dirname,
    nameroot: file.nameroot,
    nameext: file.nameext,
    versions: versions.map((version) => ({
      version: version.number,
      size: version.size_bytes,
      file_checksum: version.crc32c,
      sha256: version.sha256,
      generation: version.generation,
      modified_at: wireTime(version.modified_at),
      member_count: version.member_count,
      members_digest: version.members_digest,
      created_at: wireTime(version.created_at),
    })),
    companions: companions.map((companion) => ({
      id: companion.id,
      path: companion.path,
      name: companion.companion_name ?? '',
      subject: `${companion.subject_kind} ${companion.subject_id}`,
      place: companion.place,
    })),
    uses: uses.map((use) => ({
      subject: `${use.subject_kind} ${use.subject_id}`,
      place: use.place,
      direction: use.direction,
      version: use.number,
      created_at: wireTime(use.created_at),
    })),
  }
}

/** Looks again now. A path that the ledger does not know yet is recorded with what was found. */
export async function verifyFiles(
  deps: { db: Db; lookAt: Looker },
  caller: Caller,
  input: VerifyInput,
): Promise<{ items: FileSummary[]; calls: number }> {
  const paths = await pathsToVerify(deps.db, caller.orgId, input)
  const { files, calls, seenAt } = await deps.lookAt(
    caller.orgId,
    paths.map((path) => ({ path })),
  )
  const ids = await inTransaction(deps.db, async (trx) => {
    const recorded = await recordFiles(trx, caller.orgId, files, seenAt)
    await recordAudit(trx, caller, { action: 'file.verify', subject: `${recorded.size} files` })
    return paths.flatMap((path) => recorded.get(path)?.fileId ?? [])
  })
  const rows = await fileQuery.findSummaries(deps.db, caller.orgId, ids)
  return { items: rows.map(summaryFromRow), calls }
}

async function pathsToVerify(db: Db, orgId: number, { ids, paths }: VerifyInput): Promise<string[]> {
  if ((ids === undefined) === (paths === undefined)) {
    throw new AppError('invalid', 'Give either ids or paths', {
      details: [{ field: 'ids', message: 'give either ids or paths, and not both' }],
    })
  }
  if (paths !== undefined) {
    const details = paths.flatMap((path, index) => {
      const fault = addressFault(path)
      return fault === null ? [] : [{ field: `paths[${index}]`, message: `"${path}" ${fault}` }]
    })
    if (details.length > 0)
      throw new AppError('invalid', `${details[0]?.field} ${details[0]?.message}`, { details })
    return paths
  }
  const wanted = ids ?? []
  const known = new Map((await findFilesById(db, orgId, wanted)).map((row) => [row.fileId, row.path]))
  const details = wanted.flatMap((id, index) =>
    known.has(id) ? [] : [{ field: `ids[${index}]`, message: `there is no file ${id}` }],
  )
  const [missing] = details
  if (missing !== undefined) {
    throw new AppError('not_found', sentenceOfDetails(missing, details.length), { details })
  }
  return wanted.flatMap((id) => known.get(id) ?? [])
}

function summaryFromRow(row: FileSummaryRow): FileSummary {
  return {
    id: row.id,
    path: row.path,
    name: row.basename,
    state: row.state,
    reason: row.reason,
    checked_at: wireTime(row.checked_at),
    size: row.size_bytes,
    file_checksum: row.crc32c,
    version: row.number,
  }
}
