import { setTimeout as sleep } from 'node:timers/promises'
import type { Run } from '../../contract/run.ts'
import type { ApiClient } from '../client.ts'
import type { CliIo } from '../io.ts'
import { whileWaiting } from '../progress.ts'
import { sayWhatPasses } from '../say-what-passes.ts'
import { isFinished } from './print-run.ts'

const firstPauseMs = 500
const longestPauseMs = 5_000

/** Waits until the run has ended, asking seldom while nothing happens. */
export async function watchRun(
  io: CliIo,
  client: ApiClient,
  path: string,
  launched: Run,
  signal: AbortSignal,
): Promise<Run> {
  const startedAt = Date.now()
  let run = launched
  let pauseMs = firstPauseMs
  while (!isFinished(run.state)) {
    const words = `Run ${run.id} is ${run.state}`
    const next = await whileWaiting(
      io,
      words,
      async () => {
        await sleep(pauseMs, undefined, { signal }).catch(() => signal.throwIfAborted())
        return await client.get<Run>(path)
      },
      startedAt,
    ).catch((error: unknown) => sayWhatPasses(io, error))
    pauseMs = next?.state === run.state ? Math.min(longestPauseMs, pauseMs * 2) : firstPauseMs
    if (next !== undefined) run = next
  }
  return run
}
