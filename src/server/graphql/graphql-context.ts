import type { Caller } from '../../access/caller.ts'
import type { Once } from '../../idempotency/write-once.ts'

/** What the resolvers of one request share. */
export interface GraphqlContext {
  caller: Caller
  /** Of a mutation the fields run one after the other, in whatever namespace they stand; of a query a few at a time. */
  inTurn: <T>(work: () => Promise<T>) => Promise<T>
  /** The `Idempotency-Key` of one field of a mutation; throws where the request's is none. */
  onceFor: (place: string, operation: string, content: unknown) => Once | undefined
}
