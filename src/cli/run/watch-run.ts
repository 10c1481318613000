import type { Run } from '../../contract/run.ts'
import { askAgain } from '../ask-again.ts'
import type { ApiClient } from '../client.ts'
import type { CliIo } from '../io.ts'
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
    const next = await askAgain(io, { startedAt, signal }, { words, pauseMs }, () => client.get<Run>(path))
    pauseMs = next?.state === run.state ? Math.min(longestPauseMs, pauseMs * 2) : firstPauseMs
    if (next !== undefined) run = next
  }
  return run
}
