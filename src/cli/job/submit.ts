import type { Command } from 'commander'
import type { Job } from '../../contract/job.ts'
import { addClientOptions, connectClient } from '../connection.ts'
import { examples } from '../examples.ts'
import { exitCode } from '../exit-code.ts'
import { type CliContext, printJson } from '../io.ts'
import { whileWaiting } from '../progress.ts'
import { checkInParts } from './check-in-parts.ts'
import { addJobOptions, type JobOptions, jobFromOptions } from './job-options.ts'
import { printReport } from './print-report.ts'
import { printJob } from './show.ts'

interface JobSubmitOptions extends JobOptions {
  discover?: boolean
  check?: boolean
  idempotencyKey?: string
  json?: boolean
}

export function addJobSubmit(parent: Command, context: CliContext): void {
  const command = addJobOptions(
    parent.command('submit').description('Submit a job of casefiles, or one that a JSON file describes'),
  )
    .option('--discover', 'attach the files that the cases name and that are there')
    .option('--check', 'submit nothing, and end with 1, where a case cannot run')
    .option('--idempotency-key <key>', 'submit once, however often a script calls (a new one each time)')
  addClientOptions(command)
    .addHelpText(
      'after',
      examples(
        'waybill job submit --project "North Sea" --discover --check "cases/*.genkey"',
        'waybill job submit --parallel 4 --at 2026-01-31T22:00:00Z --aux pvt/fluid.tab case1.key case2.key',
        'make-job | waybill job submit --from - --json | jq .id',
      ),
    )
    .action((cases: string[], options: JobSubmitOptions) => submitJob(context, cases, options))
}

async function submitJob(context: CliContext, cases: string[], options: JobSubmitOptions): Promise<void> {
  const { io } = context
  const client = await connectClient(context, { ...options })
  const job = {
    ...(await jobFromOptions(io, client, cases, options)),
    ...(options.discover === true ? { discover: true } : {}),
  }
  if (options.check === true) {
    const report = await checkInParts(io, client, job)
    if (!report.runnable) {
      if (options.json === true) await printJson(io, report)
      else await printReport(io, report, { quiet: true })
      io.err.write('Nothing was submitted\n')
      return context.finish(exitCode.notWell)
    }
  }
  const { idempotencyKey } = options
  const key = idempotencyKey === undefined ? {} : { idempotencyKey }
  const made = await whileWaiting(io, 'Looking at the files and recording the job', () =>
    client.post<Job>('/jobs', job, { make: true, ...key }),
  )
  await printJob(io, made, options)
}
