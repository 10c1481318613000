import type { Command } from 'commander'
import { addClientOptions, connectClient } from '../connection.ts'
import { type CliContext, print, printJson } from '../io.ts'
import { idNumber } from '../whole-number.ts'

export function addTokenRevoke(parent: Command, context: CliContext): void {
  const command = parent
    .command('revoke')
    .description('End a token at once; what it did stays in the audit')
    .argument('<id>', 'its number, from "waybill token list"', idNumber)
  addClientOptions(command).action((id: number, options: { json?: boolean }) =>
    revokeToken(context, id, options),
  )
}

async function revokeToken(context: CliContext, id: number, options: { json?: boolean }): Promise<void> {
  const client = await connectClient(context, options)
  await client.delete(`/tokens/${id}`)
  if (options.json === true) await printJson(context.io, { id, revoked: true })
  else await print(context.io.out, `Revoked token ${id}\n`)
}
