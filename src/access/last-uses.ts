import type { Db } from '../db/client.ts'
import type { Logger } from '../lib/logger.ts'
import { updateLastUses } from './token.repository.ts'

const writtenAtMostEveryMs = 60_000
const gatheredForMs = 1000

export interface LastUses {
  note(token: { id: number; last_used_at: Date | null }): void
  /** Writes what is gathered; called at the server's end. */
  flush(): Promise<void>
}

/**
 * Gathers which tokens were used and writes them together a second later, off the way of every request.
 * What a killed server had not written yet is lost: a use shows a minute late at most, and only then.
 */
export function createLastUses(db: Db, log: Logger): LastUses {
  const gathered = new Set<number>()
  let timer: NodeJS.Timeout | undefined

  async function flush(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    const ids = [...gathered].sort((a, b) => a - b)
    gathered.clear()
    if (ids.length === 0) return
    await updateLastUses(db, ids).catch((error: unknown) => {
      log.warn({ err: error }, 'When tokens were last used could not be written')
    })
  }

  return {
    note({ id, last_used_at }) {
      if (last_used_at !== null && Date.now() - last_used_at.getTime() < writtenAtMostEveryMs) return
      gathered.add(id)
      timer ??= setTimeout(() => void flush(), gatheredForMs).unref()
    },
    flush,
  }
}
