import type { Finding } from '../contract/finding.ts'
import type { Run, RunFile } from '../contract/run.ts'
import { wireTime } from '../lib/wire-time.ts'
import type { RunFileRow, RunRow, RunStepRow } from './run.repository.ts'

interface RunParts {
  files: readonly Omit<RunFileRow, 'run_id'>[]
  steps: readonly Omit<RunStepRow, 'run_id'>[]
  findings: readonly Finding[]
}

/** As clients see it, whether its rows were read or are just being written. */
export function runFromRows(row: RunRow, { files, steps, findings }: RunParts): Run {
  return {
    id: row.id,
    workflow: row.workflow,
    workflow_version: row.workflow_version,
    state: row.state,
    name: row.name,
    metadata: row.metadata,
    created_at: wireTime(row.created_at),
    started_at: wireTime(row.started_at),
    finished_at: wireTime(row.finished_at),
    files: files.map(fileFromRow),
    steps: steps.map((step) => ({
      index: step.position,
      name: step.name,
      validator: step.validator,
      state: step.state,
      started_at: wireTime(step.started_at),
      finished_at: wireTime(step.finished_at),
    })),
    findings: findings.map(({ severity, code, message, file, line, step }) => ({
      severity,
      code,
      message,
      file,
      line,
      step,
    })),
  }
}

function fileFromRow(row: Omit<RunFileRow, 'run_id'>): RunFile {
  return {
    file_id: row.file_id,
    slot: row.slot,
    role: row.role,
    direction: row.direction,
    original_filename: row.original_filename,
    file_type: row.file_type,
    size_bytes: row.size_bytes,
    sha256: row.sha256,
    uri: row.path,
    gcs_uri: row.path.startsWith('gs://') ? row.path : '',
    same_as: row.same_as,
    created: wireTime(row.created_at),
  }
}
