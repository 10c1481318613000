import { createHash } from 'node:crypto'
import type { Db, Trx } from '../db/client.ts'
import { inTransaction } from '../db/transaction.ts'
import { AppError } from '../errors.ts'
import { claimKey, findFirstAnswer, keepAnswer } from './idempotency.repository.ts'
import { openAnswer, sealAnswer } from './sealed-answer.ts'

/** The `Idempotency-Key` of a request, on its way to the write that the request asks for. */
export interface Once {
  keyDigest: Buffer
  /** Method, address and query: the same body sent elsewhere is other content. */
  operation: string
  /** The parsed body; undefined where it comes as a stream, and the service says what it held. */
  content: unknown
  /** The first answer is kept sealed with it. */
  credential: string
  /** What became of the key: the write was done with it, or an earlier one's answer was given. */
  outcome: 'recorded' | 'replayed' | null
}

/** Of the caller of a request: its key belongs to its token. */
export interface KeyHolder {
  tokenId: number
  once?: Once
}

/**
 * Runs `write` in one transaction; with an `Idempotency-Key` at most once for that key. The key and the
 * answer commit together with the write: whoever asks again, or at the same moment, gets the first answer,
 * and a write that fails leaves no key. Other content under the same key is `idempotency_mismatch`.
 * What `write` gives back is the wire's own value: it is kept as JSON. `content` is for uploads: names, slots,
 * sizes and hashes of what came.
 */
export async function writeOnce<T>(
  db: Db,
  caller: KeyHolder,
  write: (trx: Trx) => Promise<T>,
  content?: unknown,
): Promise<T> {
  const { once, tokenId } = caller
  if (once === undefined) return await inTransaction(db, write)
  const contentDigest = digestOf(once, content ?? once.content)
  return await inTransaction(db, async (trx) => {
    once.outcome = null
    const { keyDigest } = once
    if (!(await claimKey(trx, { tokenId, keyDigest, contentDigest }))) {
      const first = await replay<T>(trx, caller, content)
      if (first === undefined) throw new AppError('unavailable', 'The first request with this key still runs')
      return first.value
    }
    const value = await write(trx)
    const answer = sealAnswer(JSON.stringify(value ?? null), once.credential, keyDigest)
    await keepAnswer(trx, { tokenId, keyDigest, answer })
    once.outcome = 'recorded'
    return value
  })
}

/**
 * The first answer to the caller's key, if there was one. For whoever wants to know it before work that a
 * replay does not need. Throws `idempotency_mismatch`.
 */
export async function replay<T>(
  db: Db,
  caller: KeyHolder,
  content?: unknown,
): Promise<{ value: T } | undefined> {
  const first = await findFirst<T>(db, caller)
  return first && { value: first(content ?? caller.once?.content) }
}

/**
 * The first answer to the caller's key, for whoever sends the same content: for an upload, where it has to be known
 * before its content is read. What it gives throws `idempotency_mismatch`.
 */
export async function findFirst<T>(
  db: Db,
  { once, tokenId }: KeyHolder,
): Promise<((content: unknown) => T) | undefined> {
  if (once === undefined) return undefined
  const first = await findFirstAnswer(db, tokenId, once.keyDigest)
  const sealed = first?.sealed_answer
  if (first === undefined || !sealed) return undefined
  return (content) => {
    if (!first.content_digest.equals(digestOf(once, content))) throw new AppError('idempotency_mismatch')
    const value: T = JSON.parse(openAnswer(sealed, once.credential, once.keyDigest))
    once.outcome = 'replayed'
    return value
  }
}

function digestOf(once: Once, content: unknown): Buffer {
  return createHash('sha256')
    .update(`${once.operation}\n${canonicalJson(content)}`)
    .digest()
}

/** The same text for the same content, in whatever order the fields of an object came. */
function canonicalJson(value: unknown): string {
  return (
    JSON.stringify(value, (_, inner: unknown) =>
      typeof inner === 'object' && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
    ) ?? 'null'
  )
}
