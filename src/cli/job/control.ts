import type { Command } from 'commander'
import type { Job } from '../../contract/job.ts'
import { addClientOptions, connectClient } from '../connection.ts'
import { examples } from '../examples.ts'
import { type CliContext, paint, print, printJson } from '../io.ts'
import { idNumbers } from '../whole-number.ts'
import { jobStyle } from './job-style.ts'

const controls = [
  { verb: 'pause', text: 'Hold jobs back; what runs of them is told to pause', patch: { pause_flag: true } },
  { verb: 'resume', text: 'Let paused jobs go on', patch: { pause_flag: false } },
  { verb: 'kill', text: 'End jobs for good', patch: { kill_flag: true } },
] as const

/** `pause`, `resume` and `kill`. */
export function addJobControls(parent: Command, context: CliContext): void {
  for (const { verb, text, patch } of controls) {
    const command = parent.command(verb).description(text).argument('<id...>', 'their numbers', idNumbers)
    addClientOptions(command)
      .addHelpText('after', examples(`waybill job ${verb} 12 13`))
      .action((ids: number[], options: { json?: boolean }) => controlJobs(context, ids, patch, options))
  }
}

async function controlJobs(
  { io, env, finish }: CliContext,
  ids: readonly number[],
  patch: object,
  { json = false, ...options }: { json?: boolean },
): Promise<void> {
  const client = await connectClient({ io, env, finish }, options)
  const jobs: Job[] = []
  for (const id of ids) {
    const job = await client.patch<Job>(`/jobs/${id}`, patch)
    jobs.push(job)
    if (!json) await print(io.out, `job ${job.id}  ${paint(io, io.out, jobStyle[job.status], job.status)}\n`)
  }
  if (json) await printJson(io, jobs)
}
