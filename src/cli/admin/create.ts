import type { Command } from 'commander'
import { addClientOptions, connectClient } from '../connection.ts'
import type { CliContext } from '../io.ts'
import { type AdminItem, type AdminOptions, addFields, bodyOf, printItem } from './admin-item.ts'
import type { AdminNoun } from './nouns.ts'

export function addAdminCreate(parent: Command, context: CliContext, noun: AdminNoun): void {
  const command = parent
    .command('create')
    .description(`Make ${noun.one}`)
    .argument(`<${noun.subject.argument}>`, noun.subject.text)
  addClientOptions(addFields(command, noun.fields)).action((subject: string, options: AdminOptions) =>
    createItem(context, noun, subject, options),
  )
}

async function createItem(
  context: CliContext,
  noun: AdminNoun,
  subject: string,
  options: AdminOptions,
): Promise<void> {
  const client = await connectClient(context, options)
  const body = { ...bodyOf(noun.fields, options), [noun.subject.field]: subject }
  const made = await client.post<AdminItem>(noun.path, body, { make: true })
  await printItem(context.io, made, options)
  if ('owner_token' in made && options.json !== true) {
    context.io.err.write('This is the only time that the owner token is shown\n')
  }
}
