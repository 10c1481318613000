import type { Db } from '../db/client.ts'

export async function listLocationRoots(db: Db, orgId: number): Promise<string[]> {
  const rows = await db.selectFrom('location').select('root').where('org_id', '=', orgId).execute()
  return rows.map((row) => row.root)
}
