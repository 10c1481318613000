import type { Command } from 'commander'
import { type ConfigOptions, readConfig } from '../config.ts'
import { examples } from './examples.ts'
import { type CliContext, print } from './io.ts'
import { leaveWorkingDirectory } from './leave-working-directory.ts'
import { addSettings } from './setting-options.ts'
import { untilStopped } from './until-stopped.ts'

export function addWorker(parent: Command, context: CliContext): void {
  const command = parent
    .command('worker')
    .description('Run tasks of the queue beside the servers that share DATABASE_URL')
  addSettings(command, 'worker', 'Settings:')
    .addHelpText(
      'after',
      examples('DATABASE_URL=postgres://waybill@db/waybill waybill worker --worker-concurrency 8'),
    )
    .action((options: ConfigOptions) => work(context, options))
}

/** Ends when the worker was stopped by a signal, and lets its tasks end first. */
async function work({ io, env }: CliContext, options: ConfigOptions): Promise<void> {
  const config = readConfig(options, env)
  leaveWorkingDirectory()
  const { startWorkerProcess } = await import('../server/start-worker.ts')
  const worker = await startWorkerProcess(config)
  // Before anyone hears that it runs: a signal may come at once.
  const stopped = untilStopped(io, () => worker.stop())
  await print(io.out, `ready ${config.workerConcurrency} tasks at a time\n`)
  await stopped
}
