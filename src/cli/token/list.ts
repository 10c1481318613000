import type { Command } from 'commander'
import type { Token } from '../../contract/token.ts'
import { addClientOptions, connectClient } from '../connection.ts'
import type { CliContext } from '../io.ts'
import { addListOptions, type ListOptions, printList } from '../list-pages.ts'
import type { Column } from '../table.ts'

export function addTokenList(parent: Command, context: CliContext): void {
  const command = parent.command('list').description("List this org's tokens, never the secrets themselves")
  addClientOptions(addListOptions(command)).action((options: ListOptions) => listTokens(context, options))
}

const columns: readonly Column<Token>[] = [
  { title: 'id', cell: (token) => token.id, align: 'right' },
  { title: 'begins', cell: (token) => token.prefix },
  { title: 'role', cell: (token) => token.role },
  { title: 'last used', cell: (token) => token.last_used_at },
  { title: 'expires', cell: (token) => token.expires_at },
  { title: 'revoked', cell: (token) => token.revoked_at },
  { title: 'name', cell: (token) => token.name, shrinks: true },
]

async function listTokens(context: CliContext, options: ListOptions): Promise<void> {
  const client = await connectClient(context, { ...options })
  await printList<Token>(context.io, client, { path: '/tokens', query: {}, columns, options })
}
