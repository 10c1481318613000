import type { Command } from 'commander'
import { addClientOptions, connectClient } from '../connection.ts'
import { type CliContext, print, printJson } from '../io.ts'
import { type AdminOptions, addressOf } from './admin-item.ts'
import type { AdminNoun } from './nouns.ts'

export function addAdminDelete(
  parent: Command,
  context: CliContext,
  noun: AdminNoun,
  run = deleteItem,
): void {
  const command = parent
    .command('delete')
    .description(`Delete ${noun.one}; one that is in use stays`)
    .argument(`<id|${noun.subject.argument}>`, `its number, or ${noun.subject.text}`)
  addClientOptions(command).action((idOrName: string, options: AdminOptions) =>
    run(context, noun, idOrName, options),
  )
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
