import type { JobStatus } from '../../contract/job.ts'
import type { Style } from '../io.ts'

export const jobStyle: Record<JobStatus, Style> = {
  queued: 'dim',
  running: 'cyan',
  completed: 'green',
  failed: 'red',
  paused: 'yellow',
  killed: 'red',
}
