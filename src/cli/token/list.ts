import type { Command } from 'commander'
import { addClientOptions, connectClient } from '../connection.ts'
import type { CliContext } from '../io.ts'
import { addListOptions, type ListOptions, printList } from '../list-pages.ts'
import type { Column } from '../table.ts'

export function addTokenList(parent: Command, context: CliContext, run = listTokens): void {
  const command = parent.command('list').description("List this org's tokens, never the secrets themselves")
  addClientOptions(addListOptions(command)).action((options: ListOptions) => run(context, options))
}

interface TokenRow {
  id: number
  name: string
  role: string
  prefix: string
  expires_at: string | null
  last_used_at: string | null
  revoked_at: string | null
}

const columns: readonly Column<TokenRow>[] = [
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
  await printList(context.io, client, { path: '/tokens', query: {}, columns, options })
}
