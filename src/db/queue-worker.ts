import { EventEmitter } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Runner, run, type WorkerEvents } from 'graphile-worker'
import type pg from 'pg'
import type { Logger } from '../lib/logger.ts'
import { wrapDatabaseError } from './database-error.ts'
import { startReaper } from './dead-worker-reaper.ts'
import type { TaskPayload } from './queue.ts'
import { queueLogger } from './queue-schema.ts'
import { holdWorkerLock, type WorkerLock } from './worker-lock.ts'

export interface TaskContext {
  /** 1 on the first try. */
  attempt: number
  maxAttempts: number
  /** Fires when the worker has waited `drainMs` for its tasks to end: give up, and be tried again. */
  signal: AbortSignal
}

/**
 * A task may run again although an earlier run went through, or while it still goes on: its worker may lose
 * the database after the work and before it could say so. Each handler has to stand that.
 */
export type TaskHandler = (payload: TaskPayload, context: TaskContext) => Promise<void>
export type TaskHandlers = Readonly<Record<string, TaskHandler>>

export interface WorkerOptions {
  database: { pool: pg.Pool }
  tasks: TaskHandlers
  /** Tasks at once. Beside them the worker keeps two connections of the pool. */
  concurrency: number
  log: Logger
  /** How long `stop` lets tasks run before their signals fire; default 10 s. */
  drainMs?: number
}

export interface Worker {
  /** Takes no new task and resolves when those that run have ended. May be called again. */
  stop(): Promise<void>
}

const restartDelayMs = 1000
const pollIntervalMs = 1000

/**
 * Runs tasks until it is stopped, through losses of the database. What a worker that was killed had begun is
 * freed by the others, and by its successor, within seconds.
 */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const stopping = new AbortController()
  const pools = new Set<string>()
  const reaper = startReaper(options.database.pool, pools, options.log)
  let current = await startPool(options, pools).catch(async (error: unknown) => {
    await reaper.stop()
    throw wrapDatabaseError(error)
  })

  async function keepRunning(): Promise<void> {
    for (;;) {
      await current.ended()
      if (stopping.signal.aborted) return
      // graphile-worker stops when it could not write down how a task ended.
      options.log.warn({}, 'The worker stopped by itself; starting it again')
      while (!stopping.signal.aborted) {
        await sleep(restartDelayMs, undefined, { signal: stopping.signal }).catch(() => undefined)
        if (stopping.signal.aborted) return
        try {
          current = await startPool(options, pools)
          break
        } catch (error) {
          options.log.warn({ err: error }, 'The worker could not be started again; trying once more soon')
        }
      }
    }
  }

  const loop = keepRunning()
  let stopped: Promise<void> | undefined
  return {
    stop() {
      stopped ??= (async () => {
        stopping.abort()
        await current.stop()
        await loop
        await current.stop()
        await reaper.stop()
      })()
      return stopped
    },
  }
}

interface RunningPool {
  ended(): Promise<void>
  stop(): Promise<void>
}

/** One life of graphile-worker's pool, whose id is what its jobs are locked by. */
async function startPool(options: WorkerOptions, pools: Set<string>): Promise<RunningPool> {
  const events: WorkerEvents = new EventEmitter()
  let lock: WorkerLock | undefined
  let poolId: string | undefined
  events.once('pool:create', ({ workerPool }) => {
    poolId = workerPool.id
    pools.add(poolId)
    lock = holdWorkerLock(options.database.pool, poolId, options.log)
  })
  const runner = await run({
    pgPool: options.database.pool,
    taskList: taskListOf(options.tasks),
    concurrency: options.concurrency,
    events,
    logger: queueLogger(options.log),
    noHandleSignals: true,
    parsedCronItems: [],
    pollInterval: pollIntervalMs,
    preset: {
      worker: {
        gracefulShutdownAbortTimeout: options.drainMs ?? 10_000,
        // Without a delay the outcome of a task is written unwatched: a failure to write it would be an
        // unhandled rejection, and stopping would not wait for it.
        completeJobBatchDelay: 0,
        failJobBatchDelay: 0,
      },
    },
  })
  const ended = waitForEnd(runner, options.log).finally(async () => {
    if (poolId !== undefined) pools.delete(poolId)
    await lock?.release()
  })
  let asked = false
  return {
    ended: () => ended,
    async stop() {
      if (!asked) {
        asked = true
        // It rejects when the pool stopped by itself at the same moment; `ended` tells when it is over.
        await runner.stop().catch(() => undefined)
      }
      await ended
    },
  }
}

async function waitForEnd(runner: Runner, log: Logger): Promise<void> {
  try {
    await runner.promise
  } catch (error) {
    log.warn({ err: error }, 'The worker failed')
  }
}

function taskListOf(tasks: TaskHandlers) {
  return Object.fromEntries(
    Object.entries(tasks).map(([name, handler]) => [
      name,
      async (
        payload: unknown,
        helpers: { job: { attempts: number; max_attempts: number }; abortSignal?: AbortSignal },
      ) => {
        await handler(payload as TaskPayload, {
          attempt: helpers.job.attempts,
          maxAttempts: helpers.job.max_attempts,
          signal: helpers.abortSignal ?? new AbortController().signal,
        })
      },
    ]),
  )
}
