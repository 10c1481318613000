import type { Db, Trx } from '../db/client.ts'
import { inTransaction } from '../db/transaction.ts'
import { AppError } from '../errors.ts'
import { createGatherers, type GatherOptions } from '../lib/gather.ts'
import { type KeyHolder, writeOnce } from './write-once.ts'

interface TogetherOptions<I> extends GatherOptions {
  /** What is so large that it is a transaction of its own. */
  isLarge?: (item: I) => boolean
  /** What the caller's key stands for, where it is not the parsed body. */
  contentOf?: (item: I) => unknown
}

/**
 * Writes of one org that come at the same moment share a transaction: its statements are as many for all of them as for
 * one. Where it fails each is tried alone, so that none suffers from another's fault; with a key it is alone from the start.
 */
export function createSharedWriter<I extends { caller: KeyHolder & { orgId: number } }, O>(
  db: Db,
  write: (trx: Trx, orgId: number, items: readonly I[]) => Promise<O[]>,
  { isLarge = () => false, contentOf = () => undefined, ...options }: TogetherOptions<I>,
): (item: I) => Promise<O> {
  const alone = (item: I): Promise<O> => {
    const one = async (trx: Trx) => (await write(trx, item.caller.orgId, [item]))[0] as O
    return writeOnce(db, item.caller, one, contentOf(item))
  }
  const together = createGatherers(async (orgId: number, items: I[]): Promise<({ answer: O } | null)[]> => {
    try {
      if (items.length === 1) return [{ answer: await alone(items[0] as I) }]
      const answers = await inTransaction(db, (trx) => write(trx, orgId, items))
      return answers.map((answer) => ({ answer }))
    } catch (error) {
      // A connection lost during the commit leaves open whether it was kept.
      if (items.length === 1 || (error instanceof AppError && error.code === 'unavailable')) throw error
      return items.map(() => null)
    }
  }, options)
  return async (item) => {
    if (item.caller.once !== undefined || isLarge(item)) return await alone(item)
    const written = await together(item.caller.orgId, item)
    return written === null ? await alone(item) : written.answer
  }
}
