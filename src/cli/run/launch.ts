import type { Command } from 'commander'
import type { Run } from '../../contract/run.ts'
import type { Workflow } from '../../contract/workflow.ts'
import { AppError, type ErrorDetail } from '../../errors.ts'
import { addressPart } from '../address-part.ts'
import { collect } from '../collect.ts'
import { addClientOptions, connectClient } from '../connection.ts'
import { examples } from '../examples.ts'
import { exitCode } from '../exit-code.ts'
import type { CliContext } from '../io.ts'
import { findOrgPath } from '../org-path.ts'
import { createProgress } from '../progress.ts'
import { readTexts } from '../texts-from-options.ts'
import { untilInterrupted } from '../until-interrupted.ts'
import { printRun } from './print-run.ts'
import { submissionForm } from './submission-form.ts'
import { submittedFiles } from './submitted-files.ts'
import { watchRun } from './watch-run.ts'

interface LaunchOptions {
  file?: string
  aux?: string[]
  name?: string
  metadata?: string[]
  watch?: boolean
  idempotencyKey?: string
  json?: boolean
}

/** `waybill run WORKFLOW`: the command itself, beside those below it. */
export function addRunLaunch(run: Command, context: CliContext): void {
  run
    .argument('<workflow>', 'its slug or number')
    // A mandatory option would be asked of the commands below this one too.
    .option('--file <file>', 'the primary file; needed')
    .option('--aux <slot=file>', 'the file for a slot of the workflow; repeatable', collect)
    .option('--name <name>', 'what to call the run')
    .option('--metadata <name=text>', 'something to remember of it; repeatable', collect)
    .option('-w, --watch', 'wait until the run has ended; ends with 1 where it failed')
    .option('--idempotency-key <key>', 'launch once, however often a script calls (a new one each time)')
  addClientOptions(run)
    .addHelpText(
      'after',
      examples(
        'waybill run energy-check --file model.idf --aux weather_file=chicago.epw --watch',
        'waybill run list --workflow energy-check --state queued',
      ),
    )
    .action((workflow: string, options: LaunchOptions) => launch(context, workflow, options))
}

async function launch(context: CliContext, key: string, options: LaunchOptions): Promise<void> {
  const { io } = context
  const { file, aux, name, metadata, watch = false, idempotencyKey, json = false, ...connection } = options
  const faults: ErrorDetail[] = []
  const texts = [
    ...(name === undefined ? [] : [{ name: 'name', text: name }]),
    ...(metadata === undefined
      ? []
      : [{ name: 'metadata', text: JSON.stringify(readTexts('--metadata', metadata, faults)) }]),
  ]
  const client = await connectClient(context, connection)
  const org = await findOrgPath(client)
  const path = `${org}/workflows/${addressPart(key, 'a workflow')}`
  const files = await submittedFiles(await client.get<Workflow>(path), { file, aux }, faults)
  const total = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  const progress = createProgress(io, { label: 'Sending', total, unit: 'bytes' })
  const parts = [...texts, ...files.map(({ part, ...rest }) => ({ name: part, ...rest }))]
  const body = submissionForm(parts, (count) => progress.advance(count))
  const run = await untilInterrupted(async (signal) => {
    const launched = await client
      .upload<Run>(`${path}/runs`, body, {
        signal,
        onAttempt: () => progress.reset(0),
        ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      })
      .finally(() => progress.end())
    if (!watch) return launched
    // Whatever ends the watch, the run is known by then.
    io.err.write(`Run ${launched.id} is accepted\n`)
    return await watchRun(io, client, `${org}/runs/${launched.id}`, launched, signal).catch(
      (error: unknown) => {
        throw error instanceof AppError && error.code === 'interrupted' ? runGoesOn(launched) : error
      },
    )
  })
  await printRun(io, run, { json })
  if (watch) context.finish(run.state === 'succeeded' ? exitCode.ok : exitCode.notWell)
}

function runGoesOn({ id }: Run): AppError {
  return new AppError('interrupted', `Interrupted; run ${id} goes on: waybill run show ${id}`)
}
