import type { Command } from 'commander'
import type { Analysis } from '../../contract/analysis.ts'
import { addClientOptions, connectClient } from '../connection.ts'
import { examples } from '../examples.ts'
import type { CliContext } from '../io.ts'
import { idNumber } from '../whole-number.ts'
import { withReasons } from './current-outputs.ts'
import { printAnalysis } from './print-analysis.ts'

export function addAnalysisShow(parent: Command, context: CliContext): void {
  const command = parent
    .command('show')
    .description('Show an analysis with its outputs as a tree, and what became of them')
    .argument('<id>', 'its number', idNumber)
  addClientOptions(command)
    .addHelpText(
      'after',
      examples('waybill analysis show 12', 'waybill analysis show 12 --json | jq .outputs'),
    )
    .action((id: number, options: { json?: boolean }) => showAnalysis(context, id, options))
}

async function showAnalysis(context: CliContext, id: number, options: { json?: boolean }): Promise<void> {
  const client = await connectClient(context, options)
  const analysis = await client.get<Analysis>(`/analysis/${id}`, withReasons)
  await printAnalysis(context.io, client, analysis, options)
}
