import type { JobStatus } from '../contract/job.ts'
import { AppError } from '../errors.ts'

/** How many of a job's kases are in each status. */
export type KaseCounts = Readonly<Record<JobStatus, number>>

export interface JobState {
  pauseFlag: boolean
  killFlag: boolean
  kases: KaseCounts
}

export interface JobFlags {
  pause_flag?: boolean
  kill_flag?: boolean
}

/** Kases in one of these statuses go into another. */
export interface KaseMoves {
  from: readonly JobStatus[]
  to: JobStatus
}

/** What a job becomes, and which of its kases go into another status with it. */
export interface JobChange extends JobState {
  status: JobStatus
  moves: KaseMoves
  actions: ('job.pause' | 'job.resume' | 'job.kill')[]
}

export const noKases: KaseCounts = { queued: 0, running: 0, completed: 0, failed: 0, paused: 0, killed: 0 }

export function isFinished(status: JobStatus): status is 'completed' | 'failed' | 'killed' {
  return status === 'completed' || status === 'failed' || status === 'killed'
}

/*
 * A job's status follows from its kases, and from whether it is to pause:
 *
 * | its kases                          | the job                                                   |
 * |------------------------------------|-----------------------------------------------------------|
 * | one runs                           | running                                                   |
 * | all have finished                  | killed if one was, else failed if one did, else completed |
 * | none runs, pause_flag              | paused                                                    |
 * | none runs, one has finished        | running                                                   |
 * | none has begun                     | queued                                                    |
 */
export function jobStatusOf({ pauseFlag, kases }: Omit<JobState, 'killFlag'>): JobStatus {
  if (kases.running > 0) return 'running'
  const isDone = kases.queued + kases.paused === 0
  if (isDone && kases.killed > 0) return 'killed'
  if (isDone) return kases.failed > 0 ? 'failed' : 'completed'
  if (pauseFlag) return 'paused'
  return kases.completed + kases.failed + kases.killed > 0 ? 'running' : 'queued'
}

/*
 * What flags do to kases. One that runs goes on until its engine has obeyed, and the job with it:
 *
 * | asked \ a kase     | queued | paused | running    | completed, failed, killed |
 * |--------------------|--------|--------|------------|---------------------------|
 * | pause_flag: true   | paused | -      | its engine | -                         |
 * | pause_flag: false  | -      | queued | its engine | -                         |
 * | kill_flag: true    | killed | killed | its engine | -                         |
 *
 * A kill wins over a pause and is not taken back. What holds already may be asked for of any job and changes nothing;
 * anything else is `conflict` for one that has finished or is being killed. Null where nothing changes.
 */
export function changeOfFlags(id: number, state: JobState, asked: JobFlags): JobChange | null {
  const pauseFlag = asked.pause_flag ?? state.pauseFlag
  const killFlag = asked.kill_flag ?? state.killFlag
  const isPauseNew = pauseFlag !== state.pauseFlag
  const isKillNew = killFlag !== state.killFlag
  if (!isPauseNew && !isKillNew) return null
  const status = jobStatusOf(state)
  if (isFinished(status) || state.killFlag) throw refusal(id, status, { isPauseNew, pauseFlag, killFlag })

  const pauseAction = pauseFlag ? ('job.pause' as const) : ('job.resume' as const)
  const actions = [isPauseNew && pauseAction, isKillNew && ('job.kill' as const)].filter(
    (one) => one !== false,
  )
  const moves = movesOf(killFlag, pauseFlag)
  const kases = movedKases(state.kases, moves)
  return { pauseFlag, killFlag, kases, status: jobStatusOf({ pauseFlag, kases }), moves, actions }
}

function movesOf(killFlag: boolean, pauseFlag: boolean): KaseMoves {
  if (killFlag) return { from: ['queued', 'paused'], to: 'killed' }
  return pauseFlag ? { from: ['queued'], to: 'paused' } : { from: ['paused'], to: 'queued' }
}

function movedKases(kases: KaseCounts, { from, to }: KaseMoves): KaseCounts {
  const moved = from.reduce((sum, status) => sum + kases[status], 0)
  const emptied = Object.fromEntries(from.map((status) => [status, 0]))
  return { ...kases, ...emptied, [to]: kases[to] + moved }
}

function refusal(
  id: number,
  status: JobStatus,
  { isPauseNew, pauseFlag, killFlag }: { isPauseNew: boolean; pauseFlag: boolean; killFlag: boolean },
): AppError {
  const field = isPauseNew ? 'pause_flag' : 'kill_flag'
  const is = isFinished(status) ? `is ${status}` : 'is being killed'
  const [yes, no] = isPauseNew ? ['paused', 'resumed'] : ['killed', 'brought back']
  const message = `${is} and cannot be ${(isPauseNew ? pauseFlag : killFlag) ? yes : no}`
  return new AppError('conflict', `Job ${id} ${message}`, { details: [{ field, message }] })
}
