import { existsSync } from 'node:fs'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeToken, tokenDigest, tokenPrefix } from '../access/token.ts'
import type { Db, Trx } from '../db/client.ts'
import { inTransaction } from '../db/transaction.ts'
import { insertStartingLists } from '../jobs/org-list.repository.ts'

/**
 * Makes the org `default`, its owner and a deployment token in `owner.token`, unless they stand already.
 * The file is written before the commit: a crash between the two leaves a file that the next start replaces.
 */
export async function ensureFirstOrg(db: Db, dataDir: string, locations: string[]): Promise<void> {
  await inTransaction(db, async (trx) => {
    const orgId = (await findDefaultOrg(trx)) ?? (await makeDefaultOrg(trx, dataDir))
    await ensureLocations(trx, orgId, [join(dataDir, 'files'), ...locations])
  })
  await mkdir(join(dataDir, 'files'), { recursive: true })
}

async function findDefaultOrg(trx: Trx): Promise<number | undefined> {
  const org = await trx.selectFrom('org').select('id').where('slug', '=', 'default').executeTakeFirst()
  return org?.id
}

async function makeDefaultOrg(trx: Trx, dataDir: string): Promise<number> {
  const org = await trx
    .insertInto('org')
    .values({ slug: 'default', name: 'Default' })
    .returning('id')
    .executeTakeFirstOrThrow()
  await insertStartingLists(trx, org.id)
  const owner = await trx
    .insertInto('member')
    .values({ org_id: org.id, name: 'owner', email: null, role: 'owner' })
    .returning('id')
    .executeTakeFirstOrThrow()
  const token = makeToken()
  await trx
    .insertInto('token')
    .values({
      org_id: org.id,
      member_id: owner.id,
      name: 'deployment',
      role: 'owner',
      deployment: true,
      digest: tokenDigest(token),
      prefix: tokenPrefix(token),
      expires_at: null,
      last_used_at: null,
      revoked_at: null,
    })
    .execute()
  await writeSecret(ownerTokenPath(dataDir), token)
  return org.id
}

export function ownerTokenPath(dataDir: string): string {
  return join(dataDir, 'owner.token')
}

async function writeSecret(path: string, secret: string): Promise<void> {
  if (existsSync(path)) await rename(path, `${path}.old`)
  await writeFile(path, `${secret}\n`, { mode: 0o600, flag: 'wx' })
}

async function ensureLocations(trx: Trx, orgId: number, roots: string[]): Promise<void> {
  await trx
    .insertInto('location')
    .values(roots.map((root) => ({ org_id: orgId, root, name: root })))
    .onConflict((conflict) => conflict.columns(['org_id', 'root']).doNothing())
    .execute()
}
