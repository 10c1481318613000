import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import type { Command } from 'commander'
import type { Job } from '../../contract/job.ts'
import { AppError } from '../../errors.ts'
import { addClientOptions, connectClient } from '../connection.ts'
import { examples } from '../examples.ts'
import type { CliContext, CliIo } from '../io.ts'
import { systemFault } from '../system-fault.ts'
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
  const body = await readBody(context.io, options.from)
  const client = await connectClient(context, { ...options })
  const { idempotencyKey } = options
  const key = idempotencyKey === undefined ? {} : { idempotencyKey }
  await printJob(context.io, await client.post<Job>('/jobs', body, { make: true, ...key }), options)
}

async function readBody(io: CliIo, from: string): Promise<unknown> {
  const name = from === '-' ? 'standard input' : from
  try {
    return JSON.parse(from === '-' ? await text(io.in) : await readFile(from, 'utf8'))
  } catch (error) {
    const fault =
      error instanceof SyntaxError
        ? `is not valid JSON: ${error.message}`
        : `cannot be read: ${systemFault(error)}`
    throw new AppError('usage', `The job in ${name} ${fault}`, { cause: error })
  }
}
