import type { Command } from 'commander'
import type { JobStatuses, JobStatusItem } from '../../contract/job.ts'
import { AppError } from '../../errors.ts'
import { isFinished } from '../../jobs/job-state.ts'
import { askAgain } from '../ask-again.ts'
import type { ApiClient } from '../client.ts'
import { addClientOptions, connectClient } from '../connection.ts'
import { examples } from '../examples.ts'
import { exitCode } from '../exit-code.ts'
import { type CliContext, type CliIo, printJson } from '../io.ts'
import { type Column, createTable } from '../table.ts'
import { untilInterrupted } from '../until-interrupted.ts'
import { idNumbers } from '../whole-number.ts'
import { jobStyle } from './job-style.ts'

interface JobStatusOptions {
  watch?: boolean
  json?: boolean
}

export function addJobStatus(parent: Command, context: CliContext): void {
  const command = parent
    .command('status')
    .description('Say how far jobs are; ends with 1 where one failed or was killed')
    .argument('<id...>', 'their numbers', idNumbers)
    .option('-w, --watch', 'tell of every change until all of them have ended')
  addClientOptions(command)
    .addHelpText('after', examples('waybill job status 12', 'waybill job status 12 13 --watch'))
    .action((ids: number[], options: JobStatusOptions) => showStatus(context, ids, options))
}

async function showStatus(
  context: CliContext,
  ids: number[],
  { watch = false, json = false, ...options }: JobStatusOptions,
): Promise<void> {
  const { io } = context
  const client = await connectClient(context, options)
  const table = createTable(io, columns)
  const jobs = await untilInterrupted(async (signal) => {
    let latest: JobStatusItem[] = []
    for await (const { all, news } of eachStatus(io, client, ids, { watch, signal })) {
      latest = all
      if (!json && news.length > 0) await table.print(news)
    }
    return latest
  })
  if (json) await printJson(io, { jobs })
  const isWell = jobs.every(({ status }) => status !== 'failed' && status !== 'killed')
  context.finish(isWell ? exitCode.ok : exitCode.notWell)
}

const firstPauseMs = 1000
const longestPauseMs = 10_000

/** Asks once, or with `watch` until every job has ended; `news` are those that are not as at the last time. */
async function* eachStatus(
  io: CliIo,
  client: ApiClient,
  ids: readonly number[],
  { watch, signal }: { watch: boolean; signal: AbortSignal },
): AsyncGenerator<{ all: JobStatusItem[]; news: JobStatusItem[] }> {
  const startedAt = Date.now()
  let all = await askStatus(client, ids)
  yield { all, news: all }
  let pauseMs = firstPauseMs
  while (watch) {
    const going = all.filter(({ status }) => !isFinished(status)).length
    if (going === 0) return
    const words = `Waiting for ${going} of ${all.length} ${all.length === 1 ? 'job' : 'jobs'}`
    const next = await askAgain(io, { startedAt, signal }, { words, pauseMs }, () => askStatus(client, ids))
    const known = new Set(all.map(lineOf))
    const news = (next ?? []).filter((job) => !known.has(lineOf(job)))
    pauseMs = news.length > 0 ? firstPauseMs : Math.min(longestPauseMs, pauseMs * 2)
    if (next === undefined) continue
    all = next
    yield { all, news }
  }
}

/** The API leaves out what it does not know; who names a job wants to be told. */
async function askStatus(client: ApiClient, ids: readonly number[]): Promise<JobStatusItem[]> {
  const query = ids.map((id) => `job_ids=${id}`).join('&')
  const { jobs } = await client.get<JobStatuses>(`/jobs/status?${query}`)
  const known = new Set(jobs.map(({ id }) => id))
  const unknown = ids.filter((id) => !known.has(id))
  if (unknown.length > 0) throw new AppError('not_found', `There is no job ${unknown.join(', ')}`)
  return jobs
}

function lineOf({ id, status, progress, kases }: JobStatusItem): string {
  return `${id} ${status} ${progress} ${countsOf(kases)}`
}

/** `2 completed, 1 queued`, in the order of the states. */
function countsOf(kases: JobStatusItem['kases']): string {
  return Object.keys(jobStyle)
    .map((state) => ({ state, count: kases.filter(({ status }) => status === state).length }))
    .filter(({ count }) => count > 0)
    .map(({ state, count }) => `${count} ${state}`)
    .join(', ')
}

const columns: readonly Column<JobStatusItem>[] = [
  { title: 'id', cell: (job) => job.id, align: 'right' },
  { title: 'status', cell: (job) => job.status, style: (job) => jobStyle[job.status] },
  { title: 'done', cell: (job) => `${job.progress} %`, align: 'right' },
  { title: 'cases', cell: ({ kases }) => countsOf(kases), shrinks: true },
  { title: 'started', cell: (job) => job.start_time },
  { title: 'ended', cell: (job) => job.end_time },
  { title: 'description', cell: (job) => job.description, shrinks: true },
]
