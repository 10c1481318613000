import { stat } from 'node:fs/promises'
import { type Command, Option } from 'commander'
import type { JobInput } from '../../contract/job.ts'
import { AppError } from '../../errors.ts'
import { isTime, wireTime } from '../../lib/wire-time.ts'
import type { ApiClient } from '../client.ts'
import { collect } from '../collect.ts'
import { expandPaths } from '../expand-paths.ts'
import type { CliIo } from '../io.ts'
import type { Page } from '../list-pages.ts'
import { readJsonInput } from '../read-json-input.ts'
import { wholeNumber } from '../whole-number.ts'

/** What describes a job on the command line: its cases with these, or all of it in a file. */
export interface JobOptions {
  from?: string
  project?: string
  description?: string
  version?: string
  priority?: number
  engine?: number
  parallel?: number
  at?: string
  aux?: string[]
}

const most = 2_147_483_647

export function addJobOptions(command: Command): Command {
  const ofCases = [
    new Option('--project <name>', 'its project; a new one is made (default)'),
    new Option('--description <text>', 'what it is for (the names of its cases)'),
    new Option('--version <name>', 'the solver version (the only one that there is)'),
    new Option('--priority <number>', 'its priority').argParser(wholeNumber(1, most)),
    new Option('--engine <number>', 'the engine that runs it (1)').argParser(wholeNumber(1, most)),
    new Option('--parallel <count>', 'simulations at the same time (1)').argParser(wholeNumber(1, 100_000)),
    new Option('--at <time>', 'when to launch it, such as 2026-01-31T22:00:00Z (now)'),
    new Option('--aux <path>', 'a file that every case needs; repeatable').argParser(collect),
  ]
  command.argument('[case...]', 'casefiles, or patterns such as "cases/*.genkey"')
  for (const option of ofCases) command.addOption(option)
  return command.addOption(
    new Option('--from <file>', 'the body of POST /jobs as JSON; - reads standard input').conflicts(
      ofCases.map((option) => option.attributeName()),
    ),
  )
}

/** The body of `POST /jobs`. What a file holds is sent as it is; the server says what is wrong with it. */
export async function jobFromOptions(
  io: CliIo,
  client: ApiClient,
  cases: readonly string[],
  options: JobOptions,
): Promise<JobInput> {
  if (options.from !== undefined) {
    if (cases.length > 0) throw new AppError('usage', 'Give either cases or --from, not both')
    return (await readJsonInput(io, options.from, 'The job')) as JobInput
  }
  if (cases.length === 0) throw new AppError('usage', 'Name the casefiles of the job, or give it with --from')
  if (options.at !== undefined && !isTime(options.at)) {
    throw new AppError('usage', `"${options.at}" is no time; write it as 2026-01-31T22:00:00Z`)
  }
  const paths = await expandPaths(cases)
  const aux = await Promise.all((await expandPaths(options.aux ?? [])).map(fileAt))
  const casefiles = await Promise.all(paths.map(fileAt))
  return {
    job: {
      description: options.description ?? descriptionOf(casefiles.map((file) => file.file_name)),
      project_name: options.project ?? 'default',
      olga_version: options.version ?? (await findOnlyVersion(client)),
      ...(options.priority === undefined ? {} : { priority_id: options.priority }),
      ...(options.engine === undefined ? {} : { engine_id: options.engine }),
      ...(options.parallel === undefined ? {} : { numparallelsims: options.parallel }),
      ...(options.at === undefined ? {} : { launch_time: options.at }),
    },
    casefiles: casefiles.map((file) => (aux.length === 0 ? file : { ...file, aux_files: aux })),
  }
}

/** With the time of its last change, where this machine sees it: the server may not. */
async function fileAt(path: string) {
  const seen = await stat(path).catch(() => undefined)
  const file_name = path.split(/[\\/]/).findLast((part) => part !== '') ?? path
  return { file_name, path, ...(seen?.isFile() ? { modification_time: wireTime(seen.mtime) } : {}) }
}

const namedInDescription = 3

function descriptionOf(names: readonly string[]): string {
  const shown = names.slice(0, namedInDescription).join(', ')
  return names.length > namedInDescription ? `${shown} and ${names.length - namedInDescription} more` : shown
}

async function findOnlyVersion(client: ApiClient): Promise<string> {
  const { items } = await client.get<Page<{ name: string }>>('/solver-versions')
  const [only, ...others] = items
  if (only !== undefined && others.length === 0) return only.name
  const known = items.map(({ name }) => name).join(', ') || 'none'
  throw new AppError('usage', `Name the solver version with --version; there are: ${known}`)
}
