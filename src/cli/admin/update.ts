import type { Command } from 'commander'
import { AppError } from '../../errors.ts'
import { connectClient } from '../connection.ts'
import type { CliContext } from '../io.ts'
import {
  type AdminItem,
  type AdminOptions,
  addItemCommand,
  addressOf,
  bodyOf,
  printItem,
} from './admin-item.ts'
import type { AdminNoun } from './nouns.ts'

export function addAdminUpdate(parent: Command, context: CliContext, noun: AdminNoun): void {
  addItemCommand(parent, noun, { name: 'update', text: `Change ${noun.one}`, fields: noun.changes }).action(
    (idOrName: string, options: AdminOptions) => updateItem(context, noun, idOrName, options),
  )
}

async function updateItem(
  context: CliContext,
  noun: AdminNoun,
  idOrName: string,
  options: AdminOptions,
): Promise<void> {
  const body = bodyOf(noun.changes, options)
  if (Object.keys(body).length === 0) {
    const flags = noun.changes.map((change) => change.flags.split(' ')[0]).join(', ')
    throw new AppError('usage', `There is nothing to change: give ${flags}`)
  }
  const client = await connectClient(context, options)
  const item = await client.patch<AdminItem>(await addressOf(client, noun, idOrName), body)
  await printItem(context.io, item, options)
}
