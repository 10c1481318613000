import { createHash } from 'node:crypto'
import type { Trx } from '../db/client.ts'
import { addTask } from '../db/queue.ts'

export const watchTask = 'verify_files'

const shortestPauseMs = 2_000
const longestPauseMs = 86_400_000
/** Who waits for a file waits at most this part longer than it takes to come. */
const shareOfWait = 0.1

/**
 * Looks at files again after a pause that grows with the time since they were first waited for: seconds at first,
 * a day at most.
 */
export async function watchFiles(
  trx: Trx,
  orgId: number,
  fileIds: readonly number[],
  { since, seenAt }: { since: Date; seenAt: Date },
): Promise<void> {
  if (fileIds.length === 0) return
  const waitedMs = seenAt.getTime() - since.getTime()
  const pauseMs = Math.min(Math.max(waitedMs * shareOfWait, shortestPauseMs), longestPauseMs)
  const ids = [...fileIds].sort((a, b) => a - b)
  await addTask(
    trx,
    watchTask,
    { org_id: orgId, file_ids: ids, since: since.toISOString() },
    {
      runAt: new Date(seenAt.getTime() + pauseMs),
      key: `verify ${createHash('sha256').update(ids.join()).digest('hex')}`,
    },
  )
}
