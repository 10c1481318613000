import type { Role } from '../contract/access.ts'

/** Who makes a request: every service takes it, every query carries its org. */
export interface Caller {
  orgId: number
  tokenId: number
  memberName: string | null
  role: Role
  /** May also make orgs. */
  deployment: boolean
  address: string | null
  requestId: string | null
}
