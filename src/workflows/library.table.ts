import type { ColumnType, Generated } from 'kysely'

export interface LibraryFileTable {
  id: Generated<number>
  org_id: number
  name: string
  version: Generated<number>
  reserved: Generated<number>
  created_at: Generated<Date>
  deleted_at: Date | null
  /** Org and name in one; null where it is deleted. */
  name_key: ColumnType<string | null, never, never>
}

export interface LibraryVersionTable {
  library_file_id: number
  version: number
  file_id: number
  version_id: number
  file_type: string
  created_at: Generated<Date>
}

export interface WorkflowLibraryNameTable {
  workflow_id: number
  name_key: string
}
