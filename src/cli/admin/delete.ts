import type { Command } from 'commander'
import { connectClient } from '../connection.ts'
import { type CliContext, print, printJson } from '../io.ts'
import { type AdminOptions, addItemCommand, addressOf } from './admin-item.ts'
import type { AdminNoun } from './nouns.ts'

export function addAdminDelete(parent: Command, context: CliContext, noun: AdminNoun): void {
  addItemCommand(parent, noun, {
    name: 'delete',
    text: `Delete ${noun.one}; one that is in use stays`,
  }).action((idOrName: string, options: AdminOptions) => deleteItem(context, noun, idOrName, options))
}

async function deleteItem(
  context: CliContext,
  noun: AdminNoun,
  idOrName: string,
  options: AdminOptions,
): Promise<void> {
  const client = await connectClient(context, options)
  const address = await addressOf(client, noun, idOrName)
  await client.delete(address)
  const id = Number(address.slice(noun.path.length + 1))
  if (options.json === true) await printJson(context.io, { id, deleted: true })
  else await print(context.io.out, `Deleted ${noun.name} ${id}\n`)
}
