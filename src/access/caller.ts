import type { Role } from '../contract/access.ts'
import type { Once } from '../idempotency/write-once.ts'

/** Who makes a request: every service takes it, every query carries its org. */
export interface Caller {
  orgId: number
  orgSlug: string
  tokenId: number
  memberName: string | null
  role: Role
  /** May also make orgs. */
  deployment: boolean
  address: string | null
  requestId: string | null
  /** Set by the server where the request carries an `Idempotency-Key`. */
  once?: Once
}
