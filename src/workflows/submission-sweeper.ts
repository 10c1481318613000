import type { Db } from '../db/client.ts'
import type { Logger } from '../lib/logger.ts'
import type { Store } from '../storage/store.ts'
import { clearIntent } from './stored-submission.ts'
import { abandonOldIntents } from './submission-intent.repository.ts'

interface SweepDeps {
  db: Db
  store: Store
  log: Logger
}

const everyMs = 60 * 60 * 1000
/** No submission takes longer from its first byte to its run; one that does is refused at its end. */
const graceMs = 24 * 60 * 60 * 1000

/** Removes what servers that died left behind, at the start and every hour. Any number of servers may do it at once. */
export function startSubmissionSweeper(deps: SweepDeps): { stop(): Promise<void> } {
  let running = Promise.resolve()
  const sweep = () => {
    running = sweepSubmissions(deps, new Date(Date.now() - graceMs)).catch((error: unknown) => {
      deps.log.warn(
        { err: error },
        'What broken uploads left behind could not be removed; trying again in an hour',
      )
    })
  }
  sweep()
  const timer = setInterval(sweep, everyMs)
  timer.unref()
  return {
    async stop() {
      clearInterval(timer)
      await running
    },
  }
}

/** Bytes of submissions that never became a run, and temporaries, that are older; each is logged. */
export async function sweepSubmissions(deps: SweepDeps, olderThan: Date): Promise<void> {
  const { db, store, log } = deps
  for (const intent of await abandonOldIntents(db, olderThan)) {
    const { submissionId, orgId, paths } = intent
    try {
      await clearIntent(deps, intent)
      log.info({ submissionId, orgId, paths }, 'Removed the files of an upload that was never recorded')
    } catch (error) {
      log.warn(
        { err: error, submissionId, orgId, paths },
        'Files of a broken upload could not be removed; trying again in an hour',
      )
    }
  }
  for await (const { path, facts } of store.listTemporary(olderThan)) {
    await store.delete(path)
    log.info({ path, sizeBytes: facts.sizeBytes }, 'Removed what an upload that broke off had left behind')
  }
}
