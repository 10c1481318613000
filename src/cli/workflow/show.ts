import type { Command } from 'commander'
import type { Workflow } from '../../contract/workflow.ts'
import { addressPart } from '../address-part.ts'
import { addClientOptions, connectClient } from '../connection.ts'
import type { CliContext } from '../io.ts'
import { findOrgPath } from '../org-path.ts'
import { printWorkflow } from './print-workflow.ts'

export function addWorkflowShow(parent: Command, context: CliContext): void {
  const command = parent
    .command('show')
    .description('Show a workflow: the files that it asks for, its steps and its warnings')
    .argument('<workflow>', 'its slug or number')
  addClientOptions(command).action((key: string, options: { json?: boolean }) =>
    showWorkflow(context, key, options),
  )
}

async function showWorkflow(context: CliContext, key: string, options: { json?: boolean }): Promise<void> {
  const client = await connectClient(context, { ...options })
  const path = `${await findOrgPath(client)}/workflows/${addressPart(key, 'a workflow')}`
  await printWorkflow(context.io, await client.get<Workflow>(path), options)
}
