import type { Command } from 'commander'
import type { Job } from '../../contract/job.ts'
import { addClientOptions, connectClient } from '../connection.ts'
import { type CliContext, type CliIo, print, printJson } from '../io.ts'
import { createTable, printFields } from '../table.ts'
import { idNumber } from '../whole-number.ts'

export function addJobShow(parent: Command, context: CliContext): void {
  const command = parent
    .command('show')
    .description('Show a job with its casefiles and their files')
    .argument('<id>', 'its number', idNumber)
  addClientOptions(command).action((id: number, options: { json?: boolean }) => showJob(context, id, options))
}

async function showJob(context: CliContext, id: number, options: { json?: boolean }): Promise<void> {
  const client = await connectClient(context, options)
  await printJob(context.io, await client.get<Job>(`/jobs/${id}`), options)
}

export async function printJob(io: CliIo, job: Job, options: { json?: boolean }): Promise<void> {
  if (options.json === true) return await printJson(io, job)
  await printFields(io, [
    ['id', job.id],
    ['description', job.description],
    ['project', job.project_name],
    ['status', `${job.status}, ${job.progress} %`],
    ['submitted', job.submit_time],
    ['version', job.olga_version],
    ['casefiles', job.kases_count],
  ])
  await print(io.out, '\n')
  const files = job.kases.flatMap(({ casefile, status }) => [
    { use: 'casefile', of: status, name: casefile.file_name, path: casefile.path },
    ...casefile.aux_files.map((aux) => ({
      use: aux.is_output ? 'output' : 'input',
      of: '',
      name: aux.file_name,
      path: aux.path,
    })),
  ])
  await createTable<(typeof files)[number]>(io, [
    { title: 'use', cell: (file) => (file.use === 'casefile' ? file.use : `  ${file.use}`) },
    { title: 'status', cell: (file) => file.of },
    { title: 'name', cell: (file) => file.name, shrinks: true },
    { title: 'path', cell: (file) => file.path, shrinks: true },
  ]).print(files)
}
