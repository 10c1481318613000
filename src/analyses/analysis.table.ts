import type { Generated } from 'kysely'
import type { AnalysisStatus } from '../contract/analysis.ts'
import type { Json, JsonObject } from '../contract/json.ts'

export interface AnalysisTable {
  id: Generated<number>
  org_id: number
  project_id: number
  type: string
  status: AnalysisStatus
  sequencing_group_ids: string[]
  outputs: Json
  output: string | null
  meta: JsonObject
  active: boolean
  author: string | null
  timestamp_completed: Date | null
  created_at: Generated<Date>
  updated_at: Generated<Date>
}
