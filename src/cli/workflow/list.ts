import type { Command } from 'commander'
import type { Workflow } from '../../contract/workflow.ts'
import { addClientOptions, connectClient } from '../connection.ts'
import type { CliContext } from '../io.ts'
import { addListOptions, type ListOptions, printList } from '../list-pages.ts'
import { findOrgPath } from '../org-path.ts'
import type { Column } from '../table.ts'

export function addWorkflowList(parent: Command, context: CliContext): void {
  const command = parent.command('list').description('List the workflows of the org')
  addClientOptions(addListOptions(command)).action((options: ListOptions) => listWorkflows(context, options))
}

async function listWorkflows(context: CliContext, options: ListOptions): Promise<void> {
  const client = await connectClient(context, { ...options })
  const path = `${await findOrgPath(client)}/workflows`
  await printList<Workflow>(context.io, client, { path, query: {}, columns, options })
}

const columns: readonly Column<Workflow>[] = [
  { title: 'id', cell: ({ id }) => id, align: 'right' },
  { title: 'slug', cell: ({ slug }) => slug },
  { title: 'version', cell: ({ version }) => version, align: 'right' },
  {
    title: 'files',
    cell: (one) => one.auxiliary_file_slots.map(({ slug }) => slug).join(', '),
    shrinks: true,
  },
  { title: 'steps', cell: ({ steps }) => steps.map(({ validator }) => validator).join(', '), shrinks: true },
  {
    title: 'warnings',
    cell: ({ warnings }) => warnings.length || undefined,
    align: 'right',
    style: () => 'yellow',
  },
  { title: 'name', cell: ({ name }) => name, shrinks: true },
]
