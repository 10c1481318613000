import type { Command } from 'commander'
import type { Job } from '../../contract/job.ts'
import { addClientOptions, connectClient } from '../connection.ts'
import { examples } from '../examples.ts'
import type { CliContext } from '../io.ts'
import { readJsonInput } from '../read-json-input.ts'
import { printJob } from './show.ts'

interface JobSubmitOptions {
  from: string
  idempotencyKey?: string
  json?: boolean
}

export function addJobSubmit(parent: Command, context: CliContext): void {
  const command = parent
    .command('submit')
    .description('Submit a job that a JSON file describes')
    .requiredOption('--from <file>', 'the body of POST /jobs; - reads standard input')
    .option('--idempotency-key <key>', 'submit once, however often a script calls (a new one each time)')
  addClientOptions(command)
    .addHelpText(
      'after',
      examples(
        'waybill job submit --from job.json',
        'make-job | waybill job submit --from - --json | jq .id',
      ),
    )
    .action((options: JobSubmitOptions) => submitJob(context, options))
}

async function submitJob(context: CliContext, options: JobSubmitOptions): Promise<void> {
  const body = await readJsonInput(context.io, options.from, 'The job')
  const client = await connectClient(context, { ...options })
  const { idempotencyKey } = options
  const key = idempotencyKey === undefined ? {} : { idempotencyKey }
  await printJob(context.io, await client.post<Job>('/jobs', body, { make: true, ...key }), options)
}
