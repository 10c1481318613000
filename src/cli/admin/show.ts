import type { Command } from 'commander'
import { addClientOptions, connectClient } from '../connection.ts'
import type { CliContext } from '../io.ts'
import { type AdminItem, type AdminOptions, addressOf, printItem } from './admin-item.ts'
import type { AdminNoun } from './nouns.ts'

export function addAdminShow(parent: Command, context: CliContext, noun: AdminNoun, run = showItem): void {
  const command = parent
    .command('show')
    .description(`Show ${noun.one}`)
    .argument(`<id|${noun.subject.argument}>`, `its number, or ${noun.subject.text}`)
  addClientOptions(command).action((idOrName: string, options: AdminOptions) =>
    run(context, noun, idOrName, options),
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
