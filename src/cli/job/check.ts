import type { Command } from 'commander'
import { addClientOptions, connectClient } from '../connection.ts'
import { examples } from '../examples.ts'
import { exitCode } from '../exit-code.ts'
import { type CliContext, printJson } from '../io.ts'
import { checkInParts } from './check-in-parts.ts'
import { addJobOptions, type JobOptions, jobFromOptions } from './job-options.ts'
import { printReport } from './print-report.ts'

interface JobCheckOptions extends JobOptions {
  quiet?: boolean
  json?: boolean
}

export function addJobCheck(parent: Command, context: CliContext): void {
  const command = addJobOptions(
    parent
      .command('check')
      .description('Say which files cases need and whether they are there; ends with 1 where one cannot run'),
  ).option('-q, --quiet', 'list only what is not found')
  addClientOptions(command)
    .addHelpText(
      'after',
      examples(
        'waybill job check case.genkey',
        'waybill job check "cases/*.genkey" --quiet',
        'waybill job check --from job.json --json | jq ".casefiles[].references[]"',
      ),
    )
    .action((cases: string[], options: JobCheckOptions) => checkJob(context, cases, options))
}

async function checkJob(context: CliContext, cases: string[], options: JobCheckOptions): Promise<void> {
  const { io } = context
  const client = await connectClient(context, { ...options })
  const report = await checkInParts(io, client, await jobFromOptions(io, client, cases, options))
  if (options.json === true) await printJson(io, report)
  else await printReport(io, report, options)
  context.finish(report.runnable ? exitCode.ok : exitCode.notWell)
}
