import { chmod, mkdir, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import { recordAudit, systemActor } from '../access/audit.ts'
import type { Deployment } from '../access/deployment.ts'
import { ensureLocations } from '../access/location.repository.ts'
import { filesRoot, normalRoot, rootFault } from '../access/location-root.ts'
import { findFirstOwner } from '../access/member.repository.ts'
import { findOrgBySlug } from '../access/org.repository.ts'
import { insertOrgWithOwner } from '../access/org.service.ts'
import { ensureSecret } from '../access/secret.repository.ts'
import { insertCodeFor } from '../access/sign-in.service.ts'
import { findLiveToken, insertToken } from '../access/token.repository.ts'
import { isToken, makeToken } from '../access/token.ts'
import type { Db, Trx } from '../db/client.ts'
import { inTransaction } from '../db/transaction.ts'
import { AppError } from '../errors.ts'
import { insertStartingLists } from '../jobs/org-list.repository.ts'
import type { Logger } from '../lib/logger.ts'
import { systemCodeOf } from '../lib/system-error.ts'

/** Any number that nothing else of Waybill locks. */
const firstStartLock = 7_226_402

export interface FirstStart {
  /** For `signInPath`: signs in the first owner of the org `default`, once, within 15 minutes. */
  signInCode: string | null
}

/**
 * Run at every start: makes what is missing of the org `default`, its owner, its locations and the deployment
 * token in `owner.token`, and the secrets that servers share. Servers that start at once on one database wait for one another.
 */
export async function ensureFirstOrg(deps: {
  db: Db
  deployment: Deployment
  log: Logger
}): Promise<FirstStart> {
  const { deployment } = deps
  await mkdir(filesRoot(deployment), { recursive: true })
  for (const root of deployment.locations) {
    const fault = await rootFault(root, deployment)
    if (fault !== null) throw new AppError('invalid_config', `The location ${fault}`)
  }
  const roots = [filesRoot(deployment), ...deployment.locations].map(normalRoot)
  return await inTransaction(deps.db, async (trx) => {
    await sql`select pg_advisory_xact_lock(${firstStartLock}::bigint)`.execute(trx)
    const { id: orgId } =
      (await findOrgBySlug(trx, 'default')) ??
      (await insertOrgWithOwner(trx, { slug: 'default', name: 'Default' }, insertStartingLists))
    await ensureLocations(trx, orgId, roots)
    await ensureDeploymentToken(trx, orgId, deps)
    await ensureSecret(trx, 'links')
    const owner = await findFirstOwner(trx, orgId)
    const made = owner && (await insertCodeFor(trx, systemActor(orgId), owner))
    return { signInCode: made?.code ?? null }
  })
}

/**
 * The file holds a token that this database knows, or gets a new one. It is written before the commit: a crash
 * between the two leaves a token that the database does not know, and the next start replaces it.
 * The token is bound to no member, so that nothing that owners do among themselves locks the deployment out.
 */
async function ensureDeploymentToken(
  trx: Trx,
  orgId: number,
  { deployment, log }: { deployment: Deployment; log: Logger },
): Promise<void> {
  const path = ownerTokenPath(deployment.dataDir)
  const standing = await readSecret(path)
  const live = standing !== null && isToken(standing) ? await findLiveToken(trx, standing) : undefined
  if (live?.deployment) {
    await chmod(path, 0o600)
    return
  }
  const token = makeToken()
  const id = await insertToken(trx, token, {
    orgId,
    memberId: null,
    name: 'deployment',
    role: 'owner',
    expiresAt: null,
    kind: 'deployment',
  })
  await recordAudit(trx, systemActor(orgId), { action: 'token.create', subject: `token ${id}` })
  await writeSecret(path, token)
  const reason = standing === null ? 'there was none' : 'this database does not know the one there'
  log.info(
    { path, tokenId: id, reason },
    'Wrote a new deployment token; any other keeps working until revoked',
  )
}

export function ownerTokenPath(dataDir: string): string {
  return join(dataDir, 'owner.token')
}

async function readSecret(path: string): Promise<string | null> {
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return null
    throw new AppError('invalid_config', `The deployment token in ${path} cannot be read`, { cause: error })
  }
}

/** Readers see the old file or the new one, whole; nobody else may read either. */
async function writeSecret(path: string, secret: string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`
  const file = await open(temporary, 'w', 0o600)
  try {
    await file.chmod(0o600)
    await file.writeFile(`${secret}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, path)
}
