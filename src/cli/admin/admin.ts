import type { Command } from 'commander'
import type { CliContext } from '../io.ts'
import { addAdminAudit } from './audit.ts'
import { addAdminCreate } from './create.ts'
import { addAdminDelete } from './delete.ts'
import { addAdminList } from './list.ts'
import { adminNouns } from './nouns.ts'
import { addAdminShow } from './show.ts'
import { addAdminUpdate } from './update.ts'

export function addAdminCommands(admin: Command, context: CliContext): void {
  for (const noun of adminNouns) {
    const group = admin
      .command(noun.name)
      .description(noun.about)
      .helpCommand('help [command]', 'Print the help of a command')
      .enablePositionalOptions()
    addAdminList(group, context, noun)
    addAdminCreate(group, context, noun)
    if (noun.stays === true) continue
    addAdminShow(group, context, noun)
    addAdminUpdate(group, context, noun)
    addAdminDelete(group, context, noun)
  }
  addAdminAudit(admin, context)
}
