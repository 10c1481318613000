import type { Db } from '../db/client.ts'
import { findNameOfFile } from './library.repository.ts'
import { findUploadedName } from './run.repository.ts'

/** The name under which a file of the private store came, to a run or to the library. */
export async function findOriginalName(db: Db, orgId: number, fileId: number): Promise<string | undefined> {
  return (await findUploadedName(db, orgId, fileId)) ?? (await findNameOfFile(db, orgId, fileId))
}
