import { sql } from 'kysely'
import type { Db, Trx } from '../db/client.ts'

export interface SubmissionIntent {
  submissionId: number
  orgId: number
  /** Where its files will be, in the order of `names`. */
  paths: string[]
  temporaryPaths: string[]
}

/** Takes the next number for the submission; its paths are `<folder>/<number>/<name>`. */
export async function insertIntent(
  db: Db,
  intent: { orgId: number; folder: string; names: string[]; temporaryPaths: string[] },
): Promise<SubmissionIntent> {
  const { rows } = await sql<{ submission_id: number; paths: string[] }>`
    insert into submission_intent (submission_id, org_id, paths, temporary_paths)
    select id, ${intent.orgId},
      array(select ${intent.folder}::text || '/' || id || '/' || name
        from unnest(${intent.names}::text[]) with ordinality as n (name, position) order by position),
      ${intent.temporaryPaths}::text[]
    from (select nextval('run_id_seq')::int as id offset 0) drawn
    returning submission_id, paths`.execute(db)
  const [row] = rows
  if (row === undefined) throw new Error('An intent was inserted and not returned')
  const { orgId, temporaryPaths } = intent
  return { submissionId: row.submission_id, orgId, paths: row.paths, temporaryPaths }
}

/** For bytes that are no submission's: it takes a number of the same sequence, and its paths are given. */
export async function insertIntentAt(
  db: Db,
  intent: Omit<SubmissionIntent, 'submissionId'>,
): Promise<SubmissionIntent> {
  const row = await db
    .insertInto('submission_intent')
    .values({
      submission_id: sql`nextval('run_id_seq')::int`,
      org_id: intent.orgId,
      paths: intent.paths,
      temporary_paths: intent.temporaryPaths,
    })
    .returning('submission_id')
    .executeTakeFirstOrThrow()
  return { submissionId: row.submission_id, ...intent }
}

/** False where it was abandoned meanwhile: its bytes are not, or will not be, there. */
export async function redeemIntent(trx: Trx, { submissionId, orgId }: SubmissionIntent): Promise<boolean> {
  const { numDeletedRows } = await trx
    .deleteFrom('submission_intent')
    .where('submission_id', '=', submissionId)
    .where('org_id', '=', orgId)
    .where('abandoned', '=', false)
    .executeTakeFirst()
  return Number(numDeletedRows) === 1
}

/** False where its run was made after all; waits for a transaction that is about to make it. */
export async function abandonIntent(db: Db, { submissionId, orgId }: SubmissionIntent): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('submission_intent')
    .set({ abandoned: true })
    .where('submission_id', '=', submissionId)
    .where('org_id', '=', orgId)
    .executeTakeFirst()
  return Number(numUpdatedRows) === 1
}

/** Those of every org that were abandoned, or are older and so are abandoned now. Any number may do it at once. */
export async function abandonOldIntents(db: Db, olderThan: Date): Promise<SubmissionIntent[]> {
  const rows = await db
    .updateTable('submission_intent')
    .set({ abandoned: true })
    .where('created_at', '<', olderThan)
    .returning(['submission_id', 'org_id', 'paths', 'temporary_paths'])
    .execute()
  return rows.map((row) => ({
    submissionId: row.submission_id,
    orgId: row.org_id,
    paths: row.paths,
    temporaryPaths: row.temporary_paths,
  }))
}

export async function deleteIntent(db: Db, { submissionId, orgId }: SubmissionIntent): Promise<void> {
  await db
    .deleteFrom('submission_intent')
    .where('submission_id', '=', submissionId)
    .where('org_id', '=', orgId)
    .where('abandoned', '=', true)
    .execute()
}
