import type { Command } from 'commander'
import { readConfig } from '../config.ts'
import { makeDataDir } from './data-dir.ts'
import { examples } from './examples.ts'
import { type CliContext, print, printJson } from './io.ts'
import { leaveWorkingDirectory } from './leave-working-directory.ts'
import { namedDatabase } from './named-database.ts'
import { addSettings } from './setting-options.ts'

interface MigrateOptions {
  dryRun?: boolean
  json?: boolean
}

export function addMigrate(parent: Command, context: CliContext): void {
  const command = parent
    .command('migrate')
    .description('Bring the database up to this Waybill; "waybill serve" does it by itself')
    .option('--dry-run', 'only list what would be applied')
    .option('--json', 'print the answer as JSON, for programs')
  addSettings(command, 'migrate', 'Settings:')
    .addHelpText(
      'after',
      examples('waybill migrate --dry-run', 'DATABASE_URL=postgres://waybill@db/waybill waybill migrate'),
    )
    .action((options: MigrateOptions) => migrateSchema(context, options))
}

async function migrateSchema({ io, env }: CliContext, options: MigrateOptions): Promise<void> {
  const dryRun = options.dryRun === true
  const config = readConfig({ ...options }, env)
  leaveWorkingDirectory()
  const { migrateDatabase } = await import('../server/migrate-database.ts')
  await makeDataDir(config.dataDir)
  const names = await migrateDatabase(config, { dryRun }).catch((error: unknown) => {
    throw namedDatabase(config, error)
  })
  if (options.json === true) return await printJson(io, dryRun ? { pending: names } : { applied: names })
  if (names.length === 0) return await print(io.out, 'The database is up to date\n')
  const verb = dryRun ? 'Would apply' : 'Applied'
  await print(io.out, names.map((name) => `${verb} ${name}\n`).join(''))
}
