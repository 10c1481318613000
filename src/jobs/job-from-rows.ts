import type { AuxFile, Job, JobStatusItem, Kase } from '../contract/job.ts'
import { wireTime } from '../lib/wire-time.ts'
import type { AssociationRow } from './aux-file.repository.ts'
import type { JobRow, JobStatusRow } from './job.repository.ts'
import type { KaseRow, KaseStatusRow } from './kase.repository.ts'

export function jobFromRows(job: JobRow, kases: Kase[]): Job {
  return {
    id: job.id,
    description: job.description,
    project_id: job.project_id,
    project_name: job.project_name,
    status: job.status,
    priority_id: job.priority_id,
    progress: progressOf(kases),
    submit_time: wireTime(job.submit_time),
    start_time: wireTime(job.start_time),
    end_time: wireTime(job.end_time),
    run_time: runTimeSeconds(job),
    numparallelsims: job.numparallelsims,
    olga_version_id: job.olga_version_id,
    olga_version: job.olga_version,
    engine_id: job.engine_id,
    launch_time: wireTime(job.launch_time),
    pause_flag: job.pause_flag,
    kill_flag: job.kill_flag,
    created_at: wireTime(job.created_at),
    updated_at: wireTime(job.updated_at),
    kases_count: kases.length,
    kases,
  }
}

export function jobStatusFromRows(job: JobStatusRow, kases: KaseStatusRow[]): JobStatusItem {
  return {
    id: job.id,
    description: job.description,
    status: job.status,
    progress: progressOf(kases),
    submit_time: wireTime(job.submit_time),
    start_time: wireTime(job.start_time),
    end_time: wireTime(job.end_time),
    run_time: runTimeSeconds(job),
    kases: kases.map((kase) => ({
      id: kase.id,
      status: kase.status,
      progress: kase.progress,
      sim_id: null,
      start_time: wireTime(kase.start_time),
      end_time: wireTime(kase.end_time),
      machine: null,
    })),
  }
}

function progressOf(kases: readonly { progress: number }[]): number {
  return Math.floor(kases.reduce((sum, kase) => sum + kase.progress, 0) / Math.max(kases.length, 1))
}

export function kaseFromRow(row: KaseRow, associations: AssociationRow[]): Kase {
  return {
    id: row.id,
    casefile_id: row.casefile_id,
    status: row.status,
    progress: row.progress,
    casefile: {
      id: row.casefile_id,
      file_name: row.file_name,
      path: row.path,
      modification_time: wireTime(row.modification_time),
      status: row.casefile_status,
      modules: row.modules,
      aux_files: associations.map(auxFileFromRow),
    },
    simulations: [],
  }
}

function auxFileFromRow(row: AssociationRow): AuxFile {
  return {
    id: row.id,
    file_name: row.file_name,
    path: row.path,
    modification_time: wireTime(row.modification_time),
    is_output: row.is_output,
    is_downloaded: row.is_downloaded,
  }
}

/** Seconds from start to end, or to now while it runs. */
function runTimeSeconds(job: Pick<JobRow, 'start_time' | 'end_time'>): number | null {
  if (job.start_time === null) return null
  return Math.round(((job.end_time ?? new Date()).getTime() - job.start_time.getTime()) / 1000)
}
