import type { Command } from 'commander'
import type { Workflow } from '../../contract/workflow.ts'
import { addClientOptions, connectClient } from '../connection.ts'
import { examples } from '../examples.ts'
import type { CliContext } from '../io.ts'
import { findOrgPath } from '../org-path.ts'
import { readJsonInput } from '../read-json-input.ts'
import { printWorkflow } from './print-workflow.ts'

interface WorkflowCreateOptions {
  from: string
  idempotencyKey?: string
  json?: boolean
}

export function addWorkflowCreate(parent: Command, context: CliContext): void {
  const command = parent
    .command('create')
    .description('Make a workflow that a JSON file describes')
    .requiredOption('--from <file>', 'the body of POST …/workflows; - reads standard input')
    .option('--idempotency-key <key>', 'make it once, however often a script calls (a new one each time)')
  addClientOptions(command)
    .addHelpText('after', examples('waybill workflow create --from energy-check.json'))
    .action((options: WorkflowCreateOptions) => createWorkflow(context, options))
}

async function createWorkflow(context: CliContext, options: WorkflowCreateOptions): Promise<void> {
  const { io } = context
  const { from, idempotencyKey, ...connection } = options
  const body = await readJsonInput(io, from, 'The workflow')
  const client = await connectClient(context, connection)
  const key = idempotencyKey === undefined ? {} : { idempotencyKey }
  const path = `${await findOrgPath(client)}/workflows`
  await printWorkflow(io, await client.post<Workflow>(path, body, { make: true, ...key }), options)
}
