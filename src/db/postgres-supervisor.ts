import { setTimeout as sleep } from 'node:timers/promises'
import { jitteredDelayMs } from '../lib/retry.ts'
import type { GuardedProcess } from './guarded-process.ts'
import { type PostgresServerOptions, startPostgresServer, stopPostgresServer } from './postgres-server.ts'

const firstRestartDelayMs = 100
const maxRestartDelayMs = 10_000
/** One that ran this long was well; the next restart waits the shortest time again. */
const healthyAfterMs = 60_000

export interface Supervisor {
  pid(): number
  stop(): Promise<void>
}

/** Restarts PostgreSQL when it ends unasked (killed, out of memory), so that the server above heals. */
export function supervise(
  options: PostgresServerOptions,
  first: GuardedProcess,
  stopping: AbortController,
): Supervisor {
  let current = first
  let failures = 0

  async function keepRunning(): Promise<void> {
    while (!stopping.signal.aborted) {
      const startedAt = Date.now()
      const status = await current.exited
      if (stopping.signal.aborted) return
      options.log.error({ pid: current.pid, status }, 'PostgreSQL ended unexpectedly; starting it again')
      if (Date.now() - startedAt > healthyAfterMs) failures = 0
      await restart()
    }
  }

  async function restart(): Promise<void> {
    while (!stopping.signal.aborted) {
      failures += 1
      const delayMs = jitteredDelayMs(failures, firstRestartDelayMs, maxRestartDelayMs)
      await sleep(delayMs, undefined, { signal: stopping.signal }).catch(() => undefined)
      if (stopping.signal.aborted) return
      try {
        current = await startPostgresServer(options)
        options.log.info({ pid: current.pid }, 'PostgreSQL runs again')
        return
      } catch (error) {
        if (stopping.signal.aborted) return
        options.log.error({ err: error }, 'PostgreSQL could not be started again; trying once more soon')
      }
    }
  }

  const loop = keepRunning()
  return {
    pid: () => current.pid,
    async stop() {
      stopping.abort()
      await stopPostgresServer(current)
      await loop
      // A restart that ended just as the stop came has made a new one.
      await stopPostgresServer(current)
    },
  }
}
