import type { ColumnType, Generated } from 'kysely'
import type { Role } from '../contract/access.ts'

export interface OrgTable {
  id: Generated<number>
  slug: string
  name: string
  created_at: Generated<Date>
}

export interface ProjectTable {
  id: Generated<number>
  org_id: number
  name: string
  description: Generated<string>
  created_at: Generated<Date>
}

export interface MemberTable {
  id: Generated<number>
  org_id: number
  name: string
  email: string | null
  role: Role
  created_at: Generated<Date>
}

export interface TokenTable {
  id: Generated<number>
  org_id: number
  member_id: number | null
  name: string
  role: Role
  deployment: Generated<boolean>
  session: Generated<boolean>
  digest: Buffer
  prefix: string
  created_at: Generated<Date>
  expires_at: Date | null
  last_used_at: Date | null
  revoked_at: Date | null
}

export interface SignInCodeTable {
  digest: Buffer
  org_id: number
  member_id: number
  created_at: Generated<Date>
  expires_at: Date
}

export interface LocationTable {
  id: Generated<number>
  org_id: number
  root: string
  name: string
  created_at: Generated<Date>
}

export interface DeploymentSecretTable {
  name: string
  secret: Buffer
  created_at: Generated<Date>
}

export interface AuditEntryTable {
  id: Generated<number>
  org_id: number
  token_id: number | null
  member_name: string | null
  action: string
  subject: string
  details: ColumnType<object, string, never>
  address: string | null
  request_id: string | null
  at: Generated<Date>
}
