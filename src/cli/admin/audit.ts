import type { Command } from 'commander'
import type { AuditEntry } from '../../contract/audit.ts'
import { addClientOptions, connectClient } from '../connection.ts'
import { examples } from '../examples.ts'
import type { CliContext } from '../io.ts'
import { addListOptions, type ListOptions, printList } from '../list-pages.ts'
import type { Column } from '../table.ts'
import { idNumber } from '../whole-number.ts'

interface AuditOptions extends ListOptions {
  action?: string
  tokenId?: number
  since?: string
  until?: string
}

export function addAdminAudit(parent: Command, context: CliContext): void {
  const command = parent
    .command('audit')
    .description('List who wrote what, newest first')
    .option('--action <action>', 'such as job.create')
    .option('--token-id <id>', 'what one token did', idNumber)
    .option('--since <time>', 'from this time on, such as 2026-11-01T00:00:00Z')
    .option('--until <time>', 'up to this time')
  addClientOptions(addListOptions(command))
    .addHelpText('after', examples('waybill admin audit --action token.create --since 2026-11-01T00:00:00Z'))
    .action((options: AuditOptions) => listAudit(context, options))
}

const columns: readonly Column<AuditEntry>[] = [
  { title: 'at', cell: (entry) => entry.at },
  { title: 'member', cell: (entry) => entry.member_name },
  { title: 'token', cell: (entry) => entry.token_name, shrinks: true },
  { title: 'from', cell: (entry) => entry.address },
  { title: 'action', cell: (entry) => entry.action },
  { title: 'subject', cell: (entry) => entry.subject, shrinks: true },
]

async function listAudit(context: CliContext, options: AuditOptions): Promise<void> {
  const client = await connectClient(context, { ...options })
  const { action, tokenId, since, until } = options
  const query = { action, token_id: tokenId, since, until }
  await printList<AuditEntry>(context.io, client, { path: '/audit', query, columns, options })
}
