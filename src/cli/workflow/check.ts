import type { Command } from 'commander'
import type { WorkflowCheck } from '../../contract/workflow.ts'
import { addressPart } from '../address-part.ts'
import { addClientOptions, connectClient } from '../connection.ts'
import { exitCode } from '../exit-code.ts'
import { type CliContext, paint, print, printJson } from '../io.ts'
import { findOrgPath } from '../org-path.ts'
import { createTable } from '../table.ts'
import { warningColumns } from './print-workflow.ts'

export function addWorkflowCheck(parent: Command, context: CliContext): void {
  const command = parent
    .command('check')
    .description('Say what of a workflow cannot work; ends with 1 where something is')
    .argument('<workflow>', 'its slug or number')
  addClientOptions(command).action((key: string, options: { json?: boolean }) =>
    checkWorkflow(context, key, options),
  )
}

async function checkWorkflow(context: CliContext, key: string, options: { json?: boolean }): Promise<void> {
  const { io } = context
  const client = await connectClient(context, { ...options })
  const path = `${await findOrgPath(client)}/workflows/${addressPart(key, 'a workflow')}/check`
  const { ok, warnings, summary } = await client.get<WorkflowCheck>(path)
  if (options.json === true) await printJson(io, { ok, warnings, summary })
  else {
    if (warnings.length > 0) await createTable(io, warningColumns).print(warnings)
    await print(io.out, `${paint(io, io.out, ok ? 'green' : 'yellow', summary)}\n`)
  }
  context.finish(ok ? exitCode.ok : exitCode.notWell)
}
