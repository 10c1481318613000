import type { Command } from 'commander'
import { addClientOptions, connectClient } from '../connection.ts'
import { countStates } from '../count-states.ts'
import { examples } from '../examples.ts'
import { exitCode } from '../exit-code.ts'
import { type CliContext, print, printJson } from '../io.ts'
import { type Column, createTable } from '../table.ts'
import { untilInterrupted } from '../until-interrupted.ts'
import { idNumber } from '../whole-number.ts'
import { eachLook, type FileLine, type Look } from './each-look.ts'
import { outputColumns, outputStyle } from './output-columns.ts'

interface AnalysisVerifyOptions {
  watch?: boolean
  json?: boolean
}

export function addAnalysisVerify(parent: Command, context: CliContext): void {
  const command = parent
    .command('verify')
    .description('Look at the outputs of an analysis again now; ends with 1 where one is not as registered')
    .argument('<id>', 'its number', idNumber)
    .option('-w, --watch', 'look again and again until every output is there')
  addClientOptions(command)
    .addHelpText('after', examples('waybill analysis verify 12', 'waybill analysis verify 12 --watch'))
    .action((id: number, options: AnalysisVerifyOptions) => verifyAnalysis(context, id, options))
}

async function verifyAnalysis(
  context: CliContext,
  id: number,
  { watch = false, json = false, ...options }: AnalysisVerifyOptions,
): Promise<void> {
  const { io } = context
  const client = await connectClient(context, options)
  const table = createTable(io, newsColumns)
  const last = await untilInterrupted(async (signal) => {
    let latest: Look | undefined
    for await (const look of eachLook(io, client, id, { watch, signal })) {
      latest = look
      if (!json && look.news.length > 0) await table.print(look.news)
    }
    return latest
  })
  const states = last?.files.map(({ file }) => file.state) ?? []
  if (json) await printJson(io, last?.analysis)
  else await print(io.out, `${countStates(io, states, outputStyle)}\n`)
  context.finish(states.every((state) => state === 'there') ? exitCode.ok : exitCode.notWell)
}

const newsColumns: readonly Column<FileLine>[] = [
  outputColumns.state,
  outputColumns.place,
  { ...outputColumns.path, title: 'path' },
  outputColumns.reason,
]
