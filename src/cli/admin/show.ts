import type { Command } from 'commander'
import { connectClient } from '../connection.ts'
import type { CliContext } from '../io.ts'
import { type AdminItem, type AdminOptions, addItemCommand, addressOf, printItem } from './admin-item.ts'
import type { AdminNoun } from './nouns.ts'

export function addAdminShow(parent: Command, context: CliContext, noun: AdminNoun): void {
  addItemCommand(parent, noun, { name: 'show', text: `Show ${noun.one}` }).action(
    (idOrName: string, options: AdminOptions) => showItem(context, noun, idOrName, options),
  )
}

async function showItem(
  context: CliContext,
  noun: AdminNoun,
  idOrName: string,
  options: AdminOptions,
): Promise<void> {
  const client = await connectClient(context, options)
  const item = await client.get<AdminItem>(await addressOf(client, noun, idOrName))
  await printItem(context.io, item, options)
}
