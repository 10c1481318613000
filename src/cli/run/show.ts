import type { Command } from 'commander'
import type { Run } from '../../contract/run.ts'
import { addClientOptions, connectClient } from '../connection.ts'
import type { CliContext } from '../io.ts'
import { findOrgPath } from '../org-path.ts'
import { idNumber } from '../whole-number.ts'
import { printRun } from './print-run.ts'

export function addRunShow(parent: Command, context: CliContext): void {
  const command = parent
    .command('show')
    .description('Show a run with its files, steps and findings')
    .argument('<id>', 'its number', idNumber)
  addClientOptions(command).action(async (id: number, options: { json?: boolean }) => {
    const client = await connectClient(context, { ...options })
    await printRun(context.io, await client.get<Run>(`${await findOrgPath(client)}/runs/${id}`), options)
  })
}

export function addRunCancel(parent: Command, context: CliContext): void {
  const command = parent
    .command('cancel')
    .description('Cancel a run that has not ended')
    .argument('<id>', 'its number', idNumber)
  addClientOptions(command).action(async (id: number, options: { json?: boolean }) => {
    const client = await connectClient(context, { ...options })
    const path = `${await findOrgPath(client)}/runs/${id}/cancel`
    await printRun(context.io, await client.post<Run>(path, {}), options)
  })
}
