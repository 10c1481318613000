import { recordAudit } from '../access/audit.ts'
import type { Caller } from '../access/caller.ts'
import type { Run, RunFile, RunQuery } from '../contract/run.ts'
import type { Db } from '../db/client.ts'
import { inTransaction } from '../db/transaction.ts'
import { AppError } from '../errors.ts'
import { addToList } from '../lib/add-to-list.ts'
import { idFromCursor, type Page, pageFromRows } from '../lib/page.ts'
import { wireTime } from '../lib/wire-time.ts'
import * as runRepository from './run.repository.ts'
import { workflowKey } from './workflow-key.ts'

export async function getRun(db: Db, { orgId }: Pick<Caller, 'orgId'>, id: number): Promise<Run> {
  const row = await runRepository.findRun(db, orgId, id)
  const [run] = row === undefined ? [] : await withParts(db, orgId, [row])
  if (run === undefined) throw new AppError('not_found', 'Run not found')
  return run
}

/** Newest first. */
export async function listRuns(
  db: Db,
  { orgId }: Caller,
  { limit, cursor, workflow, state }: RunQuery,
): Promise<Page<Run>> {
  const rows = await runRepository.listRuns(db, orgId, {
    ...(workflow === undefined ? {} : { workflow: workflowKey(workflow) }),
    ...(state === undefined ? {} : { state }),
    beforeId: idFromCursor(cursor),
    limit: limit + 1,
  })
  const { items, next_cursor } = pageFromRows(rows, limit, (row) => row)
  return { items: await withParts(db, orgId, items), next_cursor }
}

/** What waits ends here; what has ended stays as it is. */
export async function cancelRun(db: Db, caller: Caller, id: number): Promise<Run> {
  return await inTransaction(db, async (trx) => {
    const isCanceled = await runRepository.cancelQueuedRun(trx, caller.orgId, id)
    const run = await getRun(trx, caller, id)
    if (!isCanceled)
      throw new AppError('conflict', `Run ${id} is ${run.state}, and only what is queued can be canceled`)
    await recordAudit(trx, caller, { action: 'run.cancel', subject: `run ${id}` })
    return run
  })
}

async function withParts(db: Db, orgId: number, rows: readonly runRepository.RunRow[]): Promise<Run[]> {
  const ids = rows.map((row) => row.id)
  if (ids.length === 0) return []
  const files = byRun(await runRepository.listRunFiles(db, orgId, ids))
  const steps = byRun(await runRepository.listRunSteps(db, ids))
  const findings = byRun(await runRepository.listRunFindings(db, ids))
  return rows.map((row) => ({
    id: row.id,
    workflow: row.workflow,
    workflow_version: row.workflow_version,
    state: row.state,
    name: row.name,
    metadata: row.metadata,
    created_at: wireTime(row.created_at),
    started_at: wireTime(row.started_at),
    finished_at: wireTime(row.finished_at),
    files: (files.get(row.id) ?? []).map(fileFromRow),
    steps: (steps.get(row.id) ?? []).map((step) => ({
      index: step.position,
      name: step.name,
      validator: step.validator,
      state: step.state,
      started_at: wireTime(step.started_at),
      finished_at: wireTime(step.finished_at),
    })),
    findings: (findings.get(row.id) ?? []).map(({ run_id: _, ...finding }) => finding),
  }))
}

function fileFromRow(row: runRepository.RunFileRow): RunFile {
  return {
    file_id: row.file_id,
    slot: row.slot,
    role: row.role,
    direction: row.direction,
    original_filename: row.original_filename,
    file_type: row.file_type,
    size_bytes: row.size_bytes,
    sha256: row.sha256,
    uri: row.path,
    gcs_uri: row.path.startsWith('gs://') ? row.path : '',
    same_as: row.same_as,
    created: wireTime(row.created_at),
  }
}

function byRun<R extends { run_id: number }>(rows: readonly R[]): Map<number, R[]> {
  const lists = new Map<number, R[]>()
  for (const row of rows) addToList(lists, row.run_id, row)
  return lists
}
