import type { Command } from 'commander'
import type { LibraryFile } from '../../contract/library.ts'
import { addressPart } from '../address-part.ts'
import { addClientOptions, connectClient } from '../connection.ts'
import { formatBytes } from '../format-bytes.ts'
import { type CliContext, print } from '../io.ts'
import { addListOptions, type ListOptions, printList } from '../list-pages.ts'
import { findOrgPath } from '../org-path.ts'
import type { Column } from '../table.ts'

export function addLibraryList(parent: Command, context: CliContext): void {
  const command = parent.command('list').description('List the files that the org keeps for its workflows')
  addClientOptions(addListOptions(command)).action(async (options: ListOptions) => {
    const client = await connectClient(context, { ...options })
    const path = `${await findOrgPath(client)}/library`
    await printList<LibraryFile>(context.io, client, { path, query: {}, columns, options })
  })
}

export function addLibraryRemove(parent: Command, context: CliContext): void {
  const command = parent
    .command('rm')
    .description('Take a file out of the library; one that a workflow names stays')
    .argument('<name>', 'its name')
  addClientOptions(command).action(async (name: string, options: { json?: boolean }) => {
    const part = addressPart(name, 'a library file')
    const client = await connectClient(context, { ...options })
    await client.delete(`${await findOrgPath(client)}/library/${part}`)
    if (options.json !== true) await print(context.io.out, `${name} is no longer in the library\n`)
  })
}

const columns: readonly Column<LibraryFile>[] = [
  { title: 'name', cell: ({ name }) => name },
  { title: 'version', cell: ({ version }) => version, align: 'right' },
  { title: 'size', cell: (file) => formatBytes(file.size_bytes), align: 'right' },
  { title: 'file', cell: (file) => file.file_id, align: 'right' },
  { title: 'updated', cell: (file) => file.updated_at },
  { title: 'used by', cell: ({ workflows }) => workflows.join(', '), shrinks: true },
]
