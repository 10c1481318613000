import { randomBytes } from 'node:crypto'
import type { Db, Trx } from '../db/client.ts'

/** What each secret is for. */
type SecretName = 'links'

/** Makes it where it is not there yet; of servers that start at once one makes it for all. */
export async function ensureSecret(trx: Trx, name: SecretName): Promise<void> {
  await trx
    .insertInto('deployment_secret')
    .values({ name, secret: randomBytes(32) })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute()
}

/** Every start has made it. */
export async function getSecret(db: Db, name: SecretName): Promise<Buffer> {
  const { secret } = await db
    .selectFrom('deployment_secret')
    .select('secret')
    .where('name', '=', name)
    .executeTakeFirstOrThrow()
  return secret
}
