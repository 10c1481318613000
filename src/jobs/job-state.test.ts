import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { JobStatus } from '../contract/job.ts'
import { AppError } from '../errors.ts'
import {
  changeOfFlags,
  isFinished,
  type JobFlags,
  jobStatusOf,
  type KaseCounts,
  noKases,
} from './job-state.ts'

const jobOf = (kases: Partial<KaseCounts>, flags: { pauseFlag?: boolean; killFlag?: boolean } = {}) => ({
  pauseFlag: false,
  killFlag: false,
  ...flags,
  kases: { ...noKases, ...kases },
})

/** What a job with these kases answers to a PATCH. */
function ask(job: ReturnType<typeof jobOf>, asked: JobFlags): string {
  try {
    return changeOfFlags(1, job, asked)?.status ?? 'as it was'
  } catch (error) {
    return error instanceof AppError ? `${error.code}: ${error.message}` : 'another error'
  }
}

const paused = { pauseFlag: true }
const killed = { killFlag: true }

test.each([
  [jobOf({ queued: 2 }), { pause_flag: true }, 'paused'],
  [jobOf({ queued: 2 }), { pause_flag: false }, 'as it was'],
  [jobOf({ queued: 2 }), { kill_flag: true }, 'killed'],
  [jobOf({ queued: 2 }), { kill_flag: false }, 'as it was'],
  [jobOf({ queued: 2 }), {}, 'as it was'],
  [jobOf({ queued: 2 }), { pause_flag: true, kill_flag: true }, 'killed'],
  [jobOf({ paused: 2 }, paused), { pause_flag: true }, 'as it was'],
  [jobOf({ paused: 2 }, paused), { pause_flag: false }, 'queued'],
  [jobOf({ paused: 2 }, paused), { kill_flag: true }, 'killed'],
  [jobOf({ paused: 1, completed: 1 }, paused), { pause_flag: false }, 'running'],
  [jobOf({ running: 1, queued: 1 }), { pause_flag: true }, 'running'],
  [jobOf({ running: 1, queued: 1 }), { kill_flag: true }, 'running'],
  [jobOf({ queued: 1, completed: 1 }), { pause_flag: true }, 'paused'],
  [jobOf({ queued: 1, completed: 1 }), { kill_flag: true }, 'killed'],
  [jobOf({ killed: 2 }, killed), { kill_flag: true, pause_flag: false }, 'as it was'],
  [
    jobOf({ killed: 2 }, killed),
    { kill_flag: false },
    'conflict: Job 1 is killed and cannot be brought back',
  ],
  [jobOf({ killed: 2 }, killed), { pause_flag: true }, 'conflict: Job 1 is killed and cannot be paused'],
  [
    jobOf({ running: 1 }, killed),
    { pause_flag: true },
    'conflict: Job 1 is being killed and cannot be paused',
  ],
  [jobOf({ completed: 1 }), { pause_flag: true }, 'conflict: Job 1 is completed and cannot be paused'],
  [jobOf({ completed: 1 }), { kill_flag: true }, 'conflict: Job 1 is completed and cannot be killed'],
  [jobOf({ completed: 1 }), { kill_flag: false, pause_flag: false }, 'as it was'],
  [jobOf({ completed: 1, failed: 1 }), { kill_flag: true }, 'conflict: Job 1 is failed and cannot be killed'],
])('of %j asked for %j: %s', (job, asked, answer) => {
  expect(ask(job, asked)).toBe(answer)
})

interface Model {
  pauseFlag: boolean
  killFlag: boolean
  kases: JobStatus[]
}

function countOf(kases: JobStatus[]): KaseCounts {
  const counts = { ...noKases }
  for (const status of kases) counts[status] += 1
  return counts
}

/** What an engine, a report or a caller does next; the number chooses the kase. */
const step = fc.oneof(
  fc.record({
    asked: fc.record({ pause_flag: fc.boolean(), kill_flag: fc.boolean() }, { requiredKeys: [] }),
  }),
  fc.record({ engine: fc.constantFrom('start', 'complete', 'fail', 'obey'), kase: fc.nat(9) }),
)
type Step = { asked: JobFlags } | { engine: string; kase: number }

function take(model: Model, next: Step): Model {
  if ('engine' in next) {
    const at = next.kase % model.kases.length
    return {
      ...model,
      kases: model.kases.map((status, i) => (i === at ? afterEngine(model, status, next) : status)),
    }
  }
  const before = { ...model, kases: countOf(model.kases) }
  const change = changeOfFlags(1, before, next.asked)
  if (change === null) return model
  const { from, to } = change.moves
  const kases = model.kases.map((status) => (from.includes(status) ? to : status))
  expect(countOf(kases)).toEqual(change.kases)
  return { pauseFlag: change.pauseFlag, killFlag: change.killFlag, kases }
}

function afterEngine(
  { pauseFlag, killFlag }: Model,
  status: JobStatus,
  { engine }: { engine: string },
): JobStatus {
  if (status === 'queued' && engine === 'start') return 'running'
  if (status !== 'running') return status
  if (engine === 'complete') return 'completed'
  if (engine === 'fail') return 'failed'
  if (engine === 'obey' && killFlag) return 'killed'
  return engine === 'obey' && pauseFlag ? 'paused' : status
}

test('whatever comes, no kase and no job comes back from its end, and flags are obeyed', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.array(step, { maxLength: 40 }), (size, steps) => {
      let model: Model = { pauseFlag: false, killFlag: false, kases: Array(size).fill('queued') }
      for (const next of steps) {
        const was = model
        const wasStatus = jobStatusOf({ ...was, kases: countOf(was.kases) })
        try {
          model = take(was, next)
        } catch (error) {
          expect(error).toMatchObject({ code: 'conflict' })
          expect(isFinished(wasStatus) || was.killFlag).toBe(true)
          continue
        }
        const status = jobStatusOf({ ...model, kases: countOf(model.kases) })
        for (const [i, kase] of model.kases.entries()) {
          if (isFinished(was.kases[i] ?? 'queued')) expect(kase).toBe(was.kases[i])
        }
        if (isFinished(wasStatus)) expect(status).toBe(wasStatus)
        expect(isFinished(status)).toBe(model.kases.every(isFinished))
        if (model.killFlag)
          expect(model.kases.filter((kase) => kase === 'queued' || kase === 'paused')).toEqual([])
        if (model.pauseFlag && !model.killFlag) expect(model.kases).not.toContain('queued')
        if (!model.pauseFlag) expect(model.kases).not.toContain('paused')
      }
    }),
    { numRuns: 500 },
  )
})
