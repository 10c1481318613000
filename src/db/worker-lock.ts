import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { Logger } from '../lib/logger.ts'

/** The first half of the advisory locks that living workers hold; the second is a hash of the worker's id. */
export const workerLockClass = 0x77_62_77_6b
const reacquireDelayMs = 250

export interface WorkerLock {
  release(): Promise<void>
}

/** SQL for the second half: `hashtext` without its sign, as pg_locks shows it. */
export function workerLockKey(idExpression: string): string {
  return `(hashtext(${idExpression}) & 2147483647)`
}

/**
 * Holds an advisory lock in the worker's name for as long as its process and its connection live, and takes
 * it again on a new connection when that one is lost.
 */
export function holdWorkerLock(pool: pg.Pool, workerId: string, log: Logger): WorkerLock {
  const released = new AbortController()

  async function holdOnce(): Promise<void> {
    // Its own connection: it must not wait behind the tasks for one of the pool's.
    const client = new pg.Client(pool.options)
    const lost = new Promise<void>((resolve) => {
      client.on('error', () => resolve())
      client.once('end', () => resolve())
      released.signal.addEventListener('abort', () => resolve(), { once: true })
    })
    try {
      await client.connect()
      // A machine that loses its power closes no connection; PostgreSQL then finds out within 25 s.
      await client.query(
        'set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3',
      )
      await client.query(`select pg_advisory_lock($1, ${workerLockKey('$2::text')})`, [
        workerLockClass,
        workerId,
      ])
      await lost
    } finally {
      await client.end().catch(() => undefined)
    }
  }

  async function hold(): Promise<void> {
    while (!released.signal.aborted) {
      await holdOnce().catch((error: unknown) => {
        log.warn({ err: error, workerId }, 'The lock of this worker was lost; taking it again')
      })
      if (!released.signal.aborted) await sleep(reacquireDelayMs)
    }
  }

  const holding = hold()
  return {
    async release() {
      released.abort()
      await holding
    },
  }
}
