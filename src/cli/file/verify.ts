import { createInterface } from 'node:readline'
import type { Command } from 'commander'
import type { FileSummary, VerifyInput } from '../../contract/file.ts'
import { AppError } from '../../errors.ts'
import { addClientOptions, connectClient } from '../connection.ts'
import { countStates } from '../count-states.ts'
import { examples } from '../examples.ts'
import { exitCode } from '../exit-code.ts'
import { formatBytes } from '../format-bytes.ts'
import { type CliContext, type CliIo, print, printJson } from '../io.ts'
import { createProgress } from '../progress.ts'
import { type Column, createTable } from '../table.ts'
import { stateStyle } from './summary-columns.ts'

export interface FileVerifyOptions {
  quiet?: boolean
  json?: boolean
}

/** Large enough for the server to look at folders at once, small enough for a bar that moves. */
const batchSize = 1000

export function addFileVerify(parent: Command, context: CliContext, run = verifyFiles): void {
  const command = parent
    .command('verify')
    .description('Look at files again now; ends with 1 where one is not there')
    .argument('<id|path...>', 'numbers and paths; - reads them from standard input, one on each line')
    .option('-q, --quiet', 'list only what is not verified')
  addClientOptions(command)
    .addHelpText(
      'after',
      examples(
        'waybill file verify 12 13',
        'waybill file verify /shared/projects/pvt_table.tab',
        'find /shared/projects -name "*.tab" | waybill file verify --quiet -',
      ),
    )
    .action((targets: string[], options: FileVerifyOptions) => run(context, targets, options))
}

async function verifyFiles(context: CliContext, given: string[], options: FileVerifyOptions): Promise<void> {
  const { io } = context
  const client = await connectClient(context, { ...options })
  const targets = given.includes('-') ? await withInput(io, given) : given
  if (targets.length === 0)
    throw new AppError('usage', 'There is nothing to verify: standard input was empty')
  const items: FileSummary[] = []
  const table = createTable(io, verdictColumns)
  const progress = createProgress(io, { label: 'Verifying', total: targets.length, unit: 'files' })
  let calls = 0
  try {
    for (const batch of batchesOf(targets)) {
      const answer = await client.post<{ items: FileSummary[]; calls: number }>('/files/verify', batch.input)
      items.push(...answer.items)
      calls += answer.calls
      progress.advance(batch.size)
      const shown = answer.items.filter((file) => options.quiet !== true || file.state !== 'verified')
      if (options.json === true || shown.length === 0) continue
      progress.end()
      await table.print(shown)
    }
  } finally {
    progress.end()
  }
  const states = items.map((file) => file.state)
  if (options.json === true) await printJson(io, { items, calls })
  else await print(io.out, `${countStates(io, states, stateStyle)}\n`)
  context.finish(states.every((state) => state === 'verified') ? exitCode.ok : exitCode.notWell)
}

async function withInput(io: CliIo, given: readonly string[]): Promise<string[]> {
  const lines: string[] = []
  for await (const line of createInterface({ input: io.in })) {
    if (line !== '') lines.push(line)
  }
  return given.flatMap((target) => (target === '-' ? lines : [target]))
}

/** Runs of numbers and of paths, in the order given: a request carries the one or the other. */
function batchesOf(targets: readonly string[]): { input: VerifyInput; size: number }[] {
  const batches: { isId: boolean; targets: string[] }[] = []
  for (const target of targets) {
    const isId = /^\d{1,10}$/.test(target)
    const last = batches.at(-1)
    if (last?.isId === isId && last.targets.length < batchSize) last.targets.push(target)
    else batches.push({ isId, targets: [target] })
  }
  return batches.map((batch) => ({
    input: batch.isId ? { ids: batch.targets.map(Number) } : { paths: batch.targets },
    size: batch.targets.length,
  }))
}

const verdictColumns: readonly Column<FileSummary>[] = [
  { title: 'id', cell: (file) => file.id, align: 'right' },
  { title: 'state', cell: (file) => file.state, style: (file) => stateStyle[file.state] },
  { title: 'version', cell: (file) => file.version, align: 'right' },
  { title: 'size', cell: (file) => (file.size === null ? null : formatBytes(file.size)), align: 'right' },
  { title: 'checksum', cell: (file) => file.file_checksum },
  { title: 'path', cell: (file) => file.path, shrinks: true },
  { title: 'reason', cell: (file) => file.reason, shrinks: true },
]
