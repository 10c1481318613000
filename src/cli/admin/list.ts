import type { Command } from 'commander'
import { addClientOptions, connectClient } from '../connection.ts'
import type { CliContext } from '../io.ts'
import { addListOptions, type ListOptions, printList } from '../list-pages.ts'
import { type AdminItem, cellOf } from './admin-item.ts'
import type { AdminNoun } from './nouns.ts'

export function addAdminList(parent: Command, context: CliContext, noun: AdminNoun): void {
  const command = parent.command('list').description(`List the ${noun.many}`)
  addClientOptions(addListOptions(command)).action((options: ListOptions) =>
    listItems(context, noun, options),
  )
}

async function listItems(context: CliContext, noun: AdminNoun, options: ListOptions): Promise<void> {
  const client = await connectClient(context, { ...options })
  const columns = noun.columns.map((name) => ({
    title: name.replaceAll('_', ' '),
    cell: (item: AdminItem) => cellOf(item[name]),
    shrinks: name !== 'id' && name !== 'created_at',
  }))
  await printList<AdminItem>(context.io, client, { path: noun.path, query: {}, columns, options })
}
