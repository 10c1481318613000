import { type Command, Option } from 'commander'
import { runStates } from '../../contract/choices.ts'
import type { Run, RunState } from '../../contract/run.ts'
import { addClientOptions, connectClient } from '../connection.ts'
import type { CliContext } from '../io.ts'
import { addListOptions, type ListOptions, printList } from '../list-pages.ts'
import { findOrgPath } from '../org-path.ts'
import type { Column } from '../table.ts'
import { runStyle } from './print-run.ts'

interface RunListOptions extends ListOptions {
  workflow?: string
  state?: RunState
}

export function addRunList(parent: Command, context: CliContext): void {
  const command = parent
    .command('list')
    .description('List runs, newest first')
    .option('--workflow <workflow>', 'of one workflow, by its slug or number')
    .addOption(new Option('--state <state>', 'where they stand').choices(runStates))
  addClientOptions(addListOptions(command)).action((options: RunListOptions) => listRuns(context, options))
}

async function listRuns(context: CliContext, options: RunListOptions): Promise<void> {
  const client = await connectClient(context, { ...options })
  const path = `${await findOrgPath(client)}/runs`
  const { workflow, state } = options
  await printList<Run>(context.io, client, { path, query: { workflow, state }, columns, options })
}

const columns: readonly Column<Run>[] = [
  { title: 'id', cell: ({ id }) => id, align: 'right' },
  { title: 'state', cell: ({ state }) => state, style: ({ state }) => runStyle[state] },
  { title: 'workflow', cell: ({ workflow }) => workflow },
  { title: 'name', cell: ({ name }) => name, shrinks: true },
  {
    title: 'files',
    cell: ({ files }) => files.map((file) => file.original_filename).join(', '),
    shrinks: true,
  },
  { title: 'created', cell: (run) => run.created_at },
]
