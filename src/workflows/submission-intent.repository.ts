import { sql } from 'kysely'
import type { Db } from '../db/client.ts'

export interface SubmissionIntent {
  submissionId: number
  orgId: number
  /** Where its files will be, in the order of `names`. */
  paths: string[]
  temporaryPaths: string[]
}

export interface NewIntent {
  /** Below the submission's folder. */
  names: string[]
  temporaryPaths: string[]
}

/** Takes the next numbers for submissions; the paths of each are `<folder>/<number>/<name>`. In the order given. */
export async function insertIntents(
  db: Db,
  orgId: number,
  folder: string,
  intents: readonly NewIntent[],
): Promise<SubmissionIntent[]> {
  const { rows } = await sql<{ submission_id: number; paths: string[]; temporary_paths: string[] }>`
    insert into submission_intent (submission_id, org_id, paths, temporary_paths)
    select id, ${orgId},
      array(select ${folder}::text || '/' || id || '/' || name
        from json_array_elements_text(names) with ordinality as n (name, position) order by position),
      array(select path from json_array_elements_text(temporaries) with ordinality as t (path, position) order by position)
    from (
      select nextval('run_id_seq')::int as id, names, temporaries
      from unnest(
        (select ${intents.map(({ names }) => JSON.stringify(names))}::json[]),
        (select ${intents.map(({ temporaryPaths }) => JSON.stringify(temporaryPaths))}::json[])
      ) as i (names, temporaries)
      offset 0
    ) drawn
    returning submission_id, paths, temporary_paths`.execute(db)
  return rows.map((row) => ({ ...intentFromRow(row), orgId })).sort((a, b) => a.submissionId - b.submissionId)
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

/** Ends them, with nothing left to sweep. False where one was abandoned meanwhile: its bytes are not, or will not be, there. */
export async function redeemIntents(
  db: Db,
  orgId: number,
  intents: readonly SubmissionIntent[],
): Promise<boolean> {
  const ids = intents.map(({ submissionId }) => submissionId)
  const { rows } = await sql`
    delete from submission_intent
    where submission_id = any((select ${ids}::int[])::int[]) and org_id = ${orgId} and not abandoned
    returning 1`.execute(db)
  return rows.length === intents.length
}

/**
 * Gives up the paths that are still its own. False where its run was made after all, or it was swept; waits for a
 * transaction that is about to make the run.
 */
export async function abandonIntent(
  db: Db,
  { submissionId, orgId, paths }: SubmissionIntent,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('submission_intent')
    .set({ abandoned: true, paths })
    .where('submission_id', '=', submissionId)
    .where('org_id', '=', orgId)
    .executeTakeFirst()
  return Number(numUpdatedRows) === 1
}

/** Those of every org that are older; they are abandoned now, if they were not yet. Any number may do it at once. */
export async function abandonOldIntents(db: Db, olderThan: Date): Promise<SubmissionIntent[]> {
  const rows = await db
    .updateTable('submission_intent')
    .set({ abandoned: true })
    .where('created_at', '<', olderThan)
    .returning(['submission_id', 'org_id', 'paths', 'temporary_paths'])
    .execute()
  return rows.map((row) => ({ ...intentFromRow(row), orgId: row.org_id }))
}

export async function deleteIntent(db: Db, { submissionId, orgId }: SubmissionIntent): Promise<void> {
  await db
    .deleteFrom('submission_intent')
    .where('submission_id', '=', submissionId)
    .where('org_id', '=', orgId)
    .where('abandoned', '=', true)
    .execute()
}

/** Draws so many numbers that nobody gets then. Setting the sequence on could give others' numbers out again. */
export async function passOverNumbers(db: Db, count: number): Promise<void> {
  await sql`select count(nextval('run_id_seq')) from generate_series(1, ${count}::int)`.execute(db)
}

function intentFromRow(row: { submission_id: number; paths: string[]; temporary_paths: string[] }) {
  return { submissionId: row.submission_id, paths: row.paths, temporaryPaths: row.temporary_paths }
}
