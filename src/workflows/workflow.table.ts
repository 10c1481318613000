import type { ColumnType, Generated } from 'kysely'
import type { JsonObject } from '../contract/json.ts'
import type { Slot } from '../contract/workflow.ts'

export interface WorkflowTable {
  id: Generated<number>
  org_id: number
  slug: string
  name: string
  description: string
  version: Generated<number>
  created_at: Generated<Date>
  updated_at: Generated<Date>
  deleted_at: Date | null
  /** Org and slug in one; null where it is deleted. */
  slug_key: ColumnType<string | null, never, never>
}

export interface WorkflowVersionTable {
  workflow_id: number
  version: number
  definition: ColumnType<WorkflowDefinition, string, never>
  created_at: Generated<Date>
}

/** What a run goes by, as it was when the run was launched. Slots stand as they were given: see `slotsInOrder`. */
export interface WorkflowDefinition {
  primary_file_types: string[]
  auxiliary_file_slots: Slot[]
  steps: WorkflowStep[]
}

/** Its index is its place among the steps. */
export interface WorkflowStep {
  name: string
  validator: string
  config: JsonObject
}
