import { recordAudit } from '../access/audit.ts'
import type { Caller } from '../access/caller.ts'
import { getSecret } from '../access/secret.repository.ts'
import { inTransaction } from '../db/transaction.ts'
import { AppError } from '../errors.ts'
import { wireTime } from '../lib/wire-time.ts'
import { asNewestVersion, asVersion } from './as-version.ts'
import { downloadType } from './download-type.ts'
import { contentOf, type FileContent, type FileContentDeps, findPresentFile } from './file-content.ts'
import type { FileTypes } from './file-types.ts'
import { readLink, signLink } from './signed-link.ts'

export interface FileLinkDeps extends FileContentDeps {
  fileTypes: FileTypes
}

/**
 * A link to the newest version of a file: the store's own where it makes one, else a path of this server. Throws
 * `conflict` where that version is not what is at the file's path.
 */
export async function createLink(
  deps: FileLinkDeps,
  caller: Caller,
  id: number,
  expiresInSeconds: number,
): Promise<{ url: string; expiresAt: Date }> {
  const { db } = deps
  const file = await asNewestVersion(db, caller.orgId, await findPresentFile(deps, caller.orgId, id))
  const expiresAt = Math.floor(Date.now() / 1000) + expiresInSeconds
  const { path, name, store, versionId } = file
  const { generation } = file.facts
  const contentType = downloadType(deps.fileTypes, name)
  const ofStore =
    generation === null
      ? null
      : await store.signedLink(path, { expiresInSeconds, contentType, fileName: name, generation })
  const claims = { orgId: caller.orgId, fileId: id, versionId, expiresAt }
  const url = ofStore ?? `/links/${signLink(await getSecret(db, 'links'), claims)}`
  const made = { url, expiresAt: new Date(expiresAt * 1000) }
  await inTransaction(db, (trx) =>
    recordAudit(trx, caller, {
      action: 'file.link',
      subject: `file ${id}`,
      details: { version_id: versionId, expires_at: wireTime(made.expiresAt) },
    }),
  )
  return made
}

/** For whoever has the link: nothing that is said of a failure tells more than the link did. */
export async function openLink(
  deps: FileLinkDeps,
  link: string,
  range: string | undefined,
): Promise<FileContent> {
  const { db } = deps
  const claims = readLink(await getSecret(db, 'links'), link, new Date())
  if (claims === null) throw new AppError('not_found', 'The link is unknown or has expired')
  const { orgId, fileId, versionId } = claims
  const present = await withoutPath(findPresentFile(deps, orgId, fileId))
  const file = await asVersion(db, orgId, present, versionId)
  if (file === null) throw noLonger()
  const content = contentOf(file, { range, contentType: downloadType(deps.fileTypes, file.name) })
  return { ...content, open: () => withoutPath(content.open()) }
}

async function withoutPath<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    if (error.code !== 'unavailable') throw noLonger(error)
    throw new AppError('unavailable', 'The file of this link cannot be read now; try again', { cause: error })
  }
}

function noLonger(cause?: unknown): AppError {
  return new AppError('not_found', 'The file that this link was made for is no longer there', { cause })
}
