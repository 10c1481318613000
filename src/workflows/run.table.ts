import type { ColumnType, Generated } from 'kysely'
import type { JsonObject } from '../contract/json.ts'
import type { RunState } from '../contract/run.ts'

export interface RunTable {
  id: Generated<number>
  org_id: number
  workflow_id: number
  workflow_version: number
  token_id: number
  state: Generated<RunState>
  name: string | null
  metadata: ColumnType<JsonObject, string, never>
  created_at: Generated<Date>
  started_at: Date | null
  finished_at: Date | null
}

export interface RunStepTable {
  run_id: number
  position: number
  name: string
  validator: string
  state: Generated<RunState>
  started_at: Date | null
  finished_at: Date | null
}

export interface SubmissionIntentTable {
  submission_id: number
  org_id: number
  paths: string[]
  temporary_paths: string[]
  abandoned: Generated<boolean>
  created_at: Generated<Date>
}
