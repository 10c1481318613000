import { createHash } from 'node:crypto'
import type { Trx } from '../db/client.ts'
import { addTask } from '../db/queue.ts'

export const watchTask = 'verify_files'

const shortestPauseMs = 2_000
const longestPauseMs = 86_400_000
/** Who waits for a file waits at most this part longer than it takes to come. */
const shareOfWait = 0.1

/** Who begins to wait in the same stretch of time waits together; who comes later starts with short pauses of its own. */
const waitTogetherMs = 60_000

/**
 * Looks at files again after a pause that grows with the time since they were first waited for: seconds at first,
 * a day at most.
 */
export async function watchFiles(
  trx: Trx,
  orgId: number,
  fileIds: readonly number[],
  since: Date,
): Promise<void> {
  if (fileIds.length === 0) return
  const now = Date.now()
  const ids = [...fileIds].sort((a, b) => a - b)
  const wait = `${ids.join()} ${Math.floor(since.getTime() / waitTogetherMs)}`
  await addTask(
    trx,
    watchTask,
    { org_id: orgId, file_ids: ids, since: since.toISOString() },
    {
      runAt: new Date(now + pauseAfterMs(now - since.getTime())),
      key: `verify ${createHash('sha256').update(wait).digest('hex')}`,
    },
  )
}

export function pauseAfterMs(waitedMs: number): number {
  return Math.min(Math.max(waitedMs * shareOfWait, shortestPauseMs), longestPauseMs)
}
