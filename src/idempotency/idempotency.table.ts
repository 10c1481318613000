import type { Generated } from 'kysely'

export interface IdempotencyKeyTable {
  token_id: number
  key_digest: Buffer
  content_digest: Buffer
  sealed_answer: Buffer | null
  created_at: Generated<Date>
}
