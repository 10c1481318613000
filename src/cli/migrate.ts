import type { Command } from 'commander'
import { pino } from 'pino'
import { type Config, readConfig } from '../config.ts'
import { connect, type Database } from '../db/client.ts'
import { startEmbeddedPostgres } from '../db/embedded-postgres.ts'
import { migrate, pendingMigrations } from '../db/migrator.ts'
import { examples } from './examples.ts'
import { type CliContext, print, printJson } from './io.ts'
import { addSettings } from './setting-options.ts'

export interface MigrateOptions {
  dryRun?: boolean
  json?: boolean
}

export function addMigrate(parent: Command, context: CliContext, run = migrateSchema): void {
  const command = parent
    .command('migrate')
    .description('Bring the database up to this Waybill; "waybill serve" does it by itself')
    .option('--dry-run', 'only list what would be applied')
    .option('--json', 'print the answer as JSON, for programs')
  addSettings(command, ['dataDir', 'logLevel'], 'Settings:')
    .addHelpText(
      'after',
      examples('waybill migrate --dry-run', 'DATABASE_URL=postgres://waybill@db/waybill waybill migrate'),
    )
    .action((options: MigrateOptions) => run(context, options))
}

async function migrateSchema({ io, env }: CliContext, options: MigrateOptions): Promise<void> {
  const dryRun = options.dryRun === true
  const names = await withDatabase(readConfig({ ...options }, env), async (database, log) => {
    if (dryRun) return await pendingMigrations(database.pool)
    return (await migrate(database.pool, { log })).applied
  })
  if (options.json === true) return await printJson(io, dryRun ? { pending: names } : { applied: names })
  if (names.length === 0) return await print(io.out, 'The database is up to date\n')
  const verb = dryRun ? 'Would apply' : 'Applied'
  await print(io.out, names.map((name) => `${verb} ${name}\n`).join(''))
}

/** The embedded PostgreSQL is started for as long as `fn` takes; a server that runs on it is in the way. */
async function withDatabase<T>(
  config: Config,
  fn: (database: Database, log: pino.Logger) => Promise<T>,
): Promise<T> {
  const log = pino({ level: config.logLevel }, pino.destination(2))
  const embedded =
    config.databaseUrl === null ? await startEmbeddedPostgres({ dataDir: config.dataDir, log }) : null
  const connection = embedded?.connection ?? { connectionString: config.databaseUrl ?? '' }
  const database = connect({ connection, log })
  try {
    return await fn(database, log)
  } finally {
    await database.close()
    await embedded?.stop()
  }
}
