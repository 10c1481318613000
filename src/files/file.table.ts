import type { Generated } from 'kysely'
import type { FileState } from '../contract/file.ts'
import type { JsonObject } from '../contract/json.ts'

export interface FileTable {
  id: Generated<number>
  org_id: number
  path: string
  path_digest: Buffer
  kind: 'file' | 'directory'
  basename: string
  dirname: string
  nameroot: string
  nameext: string | null
  state: FileState
  reason: string
  checked_at: Date | null
  created_at: Generated<Date>
}

export interface FileVersionTable {
  id: Generated<number>
  file_id: number
  org_id: number
  number: number
  size_bytes: number | null
  crc32c: string | null
  sha256: string | null
  generation: string | null
  modified_at: Date | null
  member_count: number | null
  members_digest: string | null
  created_at: Generated<Date>
}

export type FileEventName = 'appeared' | 'changed' | 'gone' | 'returned'

export interface FileEventTable {
  id: Generated<number>
  file_id: number
  event: FileEventName
  version_id: number | null
  reason: string
  seen_at: Date
}

export interface FileUseTable {
  id: Generated<number>
  org_id: number
  file_id: number
  version_id: number | null
  direction: 'in' | 'out'
  subject_kind: string
  subject_id: number
  place: string
  primary_use_id: number | null
  companion_name: string | null
  output: string | null
  appeared_at: Date | null
  meta: JsonObject | null
  last_event_id: number | null
  created_at: Generated<Date>
}
