import { type Command, Option } from 'commander'
import { AppError } from '../../errors.ts'
import type { ApiClient } from '../client.ts'
import { addClientOptions } from '../connection.ts'
import { type CliIo, printJson } from '../io.ts'
import { eachPage } from '../list-pages.ts'
import { printFields } from '../table.ts'
import type { AdminField, AdminNoun } from './nouns.ts'

/** Whatever the server answers: a newer one may have more fields, and they are shown. */
export type AdminItem = Readonly<Record<string, unknown>>

export interface AdminOptions {
  json?: boolean
  [field: string]: unknown
}

export function addFields(command: Command, fields: readonly AdminField[]): Command {
  for (const { flags, text, choices } of fields) {
    const option = new Option(flags, text)
    command.addOption(choices === undefined ? option : option.choices([...choices]))
  }
  return command
}

/** A command on one thing that is there. */
export function addItemCommand(
  parent: Command,
  noun: AdminNoun,
  verb: { name: string; text: string; fields?: readonly AdminField[] },
): Command {
  const command = parent
    .command(verb.name)
    .description(verb.text)
    .argument(`<id|${noun.subject.argument}>`, `its number, or ${noun.subject.text}`)
  return addClientOptions(addFields(command, verb.fields ?? []))
}

/** The fields that were given, as the server names them. */
export function bodyOf(fields: readonly AdminField[], options: AdminOptions): Record<string, unknown> {
  return Object.fromEntries(
    fields.flatMap(({ field }) => (options[field] === undefined ? [] : [[field, options[field]]])),
  )
}

/** The address of the thing with this number or, failing that, this name. Throws `not_found`. */
export async function addressOf(client: ApiClient, noun: AdminNoun, idOrName: string): Promise<string> {
  if (/^\d{1,10}$/.test(idOrName)) return `${noun.path}/${idOrName}`
  const pages = eachPage<AdminItem>(client, { path: noun.path, query: {}, options: { all: true } })
  for await (const page of pages) {
    const item = page.items.find((each) => each[noun.subject.field] === idOrName || each.slug === idOrName)
    if (item !== undefined) return `${noun.path}/${item.id}`
  }
  throw new AppError(
    'not_found',
    `There is no ${noun.name} "${idOrName}"; "waybill admin ${noun.name} list" shows those there are`,
  )
}

export async function printItem(io: CliIo, item: AdminItem, options: { json?: boolean }): Promise<void> {
  if (options.json === true) return await printJson(io, item)
  await printFields(
    io,
    Object.entries(item).map(([name, value]) => [name.replaceAll('_', ' '), cellOf(value)]),
  )
}

export function cellOf(value: unknown): string | number | boolean | null {
  if (typeof value === 'object' && value !== null) return JSON.stringify(value)
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null
}
