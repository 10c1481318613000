import type { Db } from '../../src/db/client.ts'

/** An org of the caller's own, with nothing in it. */
export async function makeOrg(db: Db, slug: string): Promise<number> {
  const org = await db
    .insertInto('org')
    .values({ slug, name: slug })
    .returning('id')
    .executeTakeFirstOrThrow()
  return org.id
}
