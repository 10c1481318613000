import { recordAudit } from '../access/audit.ts'
import type { Caller } from '../access/caller.ts'
import type { Run, RunQuery } from '../contract/run.ts'
import type { Db } from '../db/client.ts'
import { inTransaction } from '../db/transaction.ts'
import { AppError } from '../errors.ts'
import { addToList } from '../lib/add-to-list.ts'
import { idFromCursor, type Page, pageFromRows } from '../lib/page.ts'
import * as runRepository from './run.repository.ts'
import { runFromRows } from './run-from-rows.ts'
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
  return rows.map((row) =>
    runFromRows(row, {
      files: files.get(row.id) ?? [],
      steps: steps.get(row.id) ?? [],
      findings: findings.get(row.id) ?? [],
    }),
  )
}

function byRun<R extends { run_id: number }>(rows: readonly R[]): Map<number, R[]> {
  const lists = new Map<number, R[]>()
  for (const row of rows) addToList(lists, row.run_id, row)
  return lists
}
