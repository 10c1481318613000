import { type Command, Option } from 'commander'
import type { Job } from '../../contract/job.ts'
import { addClientOptions, connectClient } from '../connection.ts'
import { examples } from '../examples.ts'
import { type CliContext, printJson } from '../io.ts'
import { type Column, createTable } from '../table.ts'
import { idNumber, wholeNumber } from '../whole-number.ts'
import { jobStyle } from './job-style.ts'

interface JobListOptions {
  scope?: 'token' | 'org'
  limit?: number
  before?: number
  json?: boolean
}

export function addJobList(parent: Command, context: CliContext): void {
  const command = parent
    .command('list')
    .description('List jobs, newest first')
    .addOption(
      new Option('--scope <scope>', 'those made with this token, or all of the org (token)').choices([
        'token',
        'org',
      ]),
    )
    .option('--limit <count>', 'how many at most, 1 to 1000 (100)', wholeNumber(1, 1000))
    .option('--before <id>', 'those older than this job', idNumber)
  addClientOptions(command)
    .addHelpText(
      'after',
      examples(
        'waybill job list --scope org',
        'waybill job list --limit 1000 --json | jq -r ".[] | select(.status == \\"failed\\") | .id"',
      ),
    )
    .action((options: JobListOptions) => listJobs(context, options))
}

const shownByDefault = 100

async function listJobs(context: CliContext, options: JobListOptions): Promise<void> {
  const { io } = context
  const { scope, before, limit = shownByDefault, json = false, ...connection } = options
  const client = await connectClient(context, connection)
  const jobs = await client.get<Job[]>('/jobs', { scope, before, limit })
  if (json) return await printJson(io, jobs)
  const last = jobs.at(-1)
  if (last === undefined) {
    io.err.write(
      scope === 'org'
        ? 'Nothing found\n'
        : 'This token has made no job; those of others are in --scope org\n',
    )
    return
  }
  await createTable(io, columns).print(jobs)
  if (jobs.length === limit) io.err.write(`There may be more: add --before ${last.id}\n`)
}

const columns: readonly Column<Job>[] = [
  { title: 'id', cell: (job) => job.id, align: 'right' },
  { title: 'status', cell: (job) => job.status, style: (job) => jobStyle[job.status] },
  { title: 'done', cell: (job) => `${job.progress} %`, align: 'right' },
  { title: 'cases', cell: (job) => job.kases_count, align: 'right' },
  { title: 'project', cell: (job) => job.project_name, shrinks: true },
  { title: 'description', cell: (job) => job.description, shrinks: true },
  { title: 'submitted', cell: (job) => job.submit_time },
]
