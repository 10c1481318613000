import type { Command } from 'commander'
import type { ApiClient, Query } from './client.ts'
import { type CliIo, print, printJson } from './io.ts'
import { type Column, createTable } from './table.ts'
import { wholeNumber } from './whole-number.ts'

export interface ListOptions {
  limit?: number
  cursor?: string
  all?: boolean
  json?: boolean
}

export interface Page<Row> {
  items: Row[]
  next_cursor: string | null
}

const largestPage = 1000

export function addListOptions(command: Command): Command {
  return command
    .option('--limit <count>', 'how many at most, 1 to 1000 (50)', wholeNumber(1, largestPage))
    .option('--cursor <cursor>', 'go on where an earlier page ended')
    .option('--all', 'every page, one after the other')
}

/** Prints one page of a list, or with `all` every page as it comes. */
export async function printList<Row>(
  io: CliIo,
  client: ApiClient,
  list: { path: string; query: Query; columns: readonly Column<Row>[]; options: ListOptions },
): Promise<void> {
  const { json = false, all = false } = list.options
  const pages = eachPage<Row>(client, list)
  if (json && all) return await printAllAsJson(io, pages)
  const table = createTable(io, list.columns)
  for await (const page of pages) {
    if (json) return await printJson(io, page)
    if (page.items.length > 0) await table.print(page.items)
    else io.err.write('Nothing found\n')
    if (page.next_cursor !== null && !all) {
      io.err.write(`There are more: add --cursor ${page.next_cursor}, or --all\n`)
    }
  }
}

export async function* eachPage<Row>(
  client: ApiClient,
  list: { path: string; query: Query; options: ListOptions },
): AsyncGenerator<Page<Row>> {
  const { all = false, limit = all ? largestPage : undefined } = list.options
  let cursor = list.options.cursor
  for (;;) {
    const page = await client.get<Page<Row>>(list.path, { ...list.query, limit, cursor })
    yield page
    if (!all || page.next_cursor === null) return
    cursor = page.next_cursor
  }
}

/** One document of the shape of a page, written while the pages come. */
async function printAllAsJson<Row>(io: CliIo, pages: AsyncIterable<Page<Row>>): Promise<void> {
  let separator = ''
  await print(io.out, '{"items": [')
  for await (const page of pages) {
    for (const item of page.items) {
      await print(io.out, `${separator}\n${JSON.stringify(item)}`)
      separator = ','
    }
  }
  await print(io.out, '\n], "next_cursor": null}\n')
}
