import { sql } from 'kysely'
import type { Db, Trx } from './client.ts'

/** A JSON object: an array would be merged into the payload of a waiting task with the same key. */
export type TaskPayload = Readonly<Record<string, unknown>>

export interface TaskOptions {
  /** Not before this time; default now. */
  runAt?: Date
  /** At most one waiting task has this key: adding it again replaces payload, time and attempts. */
  key?: string
  /** Tries in all, the deaths of workers among them; default 25. The pause after the nth is about e^n s. */
  maxAttempts?: number
  /** Lower runs first; default 0. */
  priority?: number
}

export interface TaskSpec extends TaskOptions {
  name: string
  payload: TaskPayload
}

/** Adds a task that starts when the transaction commits, and never was when it rolls back. */
export function addTask(
  trx: Trx,
  name: string,
  payload: TaskPayload,
  options: TaskOptions = {},
): Promise<void> {
  return addTasks(trx, [{ name, payload, ...options }])
}

/** Adds any number of tasks in one statement. Of those with the same key the last counts. */
export async function addTasks(trx: Trx, tasks: readonly TaskSpec[]): Promise<void> {
  const rows = lastOfEachKey(tasks).map((task) => ({
    name: task.name,
    payload: task.payload,
    run_at: task.runAt?.toISOString(),
    max_attempts: task.maxAttempts,
    key: task.key,
    priority: task.priority,
  }))
  if (rows.length === 0) return
  await sql`
    select count(*) from graphile_worker.add_jobs((
      select array_agg(
        (name, payload, null, run_at, max_attempts, key, priority, null)::graphile_worker.job_spec
      )
      from json_to_recordset(${JSON.stringify(rows)}::json) as task(
        name text, payload json, run_at timestamptz, max_attempts integer, key text, priority integer
      )
    ))`.execute(trx)
}

/** In the order of the keys, so that two transactions that add the same ones wait and do not deadlock. */
function lastOfEachKey(tasks: readonly TaskSpec[]): TaskSpec[] {
  const keyed = new Map(tasks.flatMap((task) => (task.key === undefined ? [] : [[task.key, task]])))
  const inKeyOrder = [...keyed].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, task]) => task)
  return [...inKeyOrder, ...tasks.filter((task) => task.key === undefined)]
}

export interface QueueDepth {
  /** Waiting, and due. */
  ready: number
  /** Waiting for their time, or for the next try. */
  delayed: number
  running: number
  /** Tried as often as they may be; they stay for someone to look. */
  dead: number
}

export async function queueDepth(db: Db): Promise<QueueDepth> {
  const { rows } = await sql<QueueDepth>`
    select
      count(*) filter (where is_available and run_at <= now()) as ready,
      count(*) filter (where is_available and run_at > now()) as delayed,
      count(*) filter (where locked_at is not null) as running,
      count(*) filter (where locked_at is null and attempts >= max_attempts) as dead
    from graphile_worker._private_jobs`.execute(db)
  return rows[0] ?? { ready: 0, delayed: 0, running: 0, dead: 0 }
}
