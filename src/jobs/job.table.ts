import type { Generated } from 'kysely'
import type { JobStatus } from '../contract/job.ts'

/** A list that an org's owner keeps; `id` is numbered within the org. */
export interface OrgListTable {
  org_id: number
  id: number
  name: string
  created_at: Generated<Date>
}

export interface EngineTable extends OrgListTable {
  kind: Generated<'local' | 'slurm' | 'cloud-run'>
}

export interface JobTable {
  id: Generated<number>
  org_id: number
  project_id: number
  token_id: number
  description: string
  olga_version_id: number
  priority_id: number | null
  engine_id: number
  numparallelsims: number
  launch_time: Date | null
  status: Generated<JobStatus>
  pause_flag: Generated<boolean>
  kill_flag: Generated<boolean>
  submit_time: Generated<Date>
  start_time: Date | null
  end_time: Date | null
  created_at: Generated<Date>
  updated_at: Generated<Date>
  files_count: Generated<number>
}

export interface KaseTable {
  id: Generated<number>
  org_id: number
  job_id: number
  position: number
  status: Generated<JobStatus>
  progress: Generated<number>
  start_time: Date | null
  end_time: Date | null
}

export interface CasefileTable {
  id: Generated<number>
  org_id: number
  kase_id: number
  use_id: number
  file_name: string
  path: string
  modification_time: Date | null
  status: 0 | 1
  modules: string[]
}

export interface AuxFileTable {
  id: Generated<number>
  org_id: number
  file_id: number
  file_name: string
  created_at: Generated<Date>
}

export interface CasefileAssociationTable {
  casefile_id: number
  aux_file_id: number
  use_id: number
  position: number
  modification_time: Date | null
  is_downloaded: Generated<boolean>
  is_output: Generated<boolean>
}
