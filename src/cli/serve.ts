import { join } from 'node:path'
import type { Command } from 'commander'
import { type ConfigOptions, readConfig } from '../config.ts'
import { makeDataDir } from './data-dir.ts'
import { examples } from './examples.ts'
import { type CliContext, print } from './io.ts'
import { leaveWorkingDirectory } from './leave-working-directory.ts'
import { namedDatabase } from './named-database.ts'
import { removeServerFile, writeServerFile } from './server-file.ts'
import { addSettings } from './setting-options.ts'
import { untilStopped } from './until-stopped.ts'

export function addServe(parent: Command, context: CliContext): void {
  const command = parent
    .command('serve')
    .description('Run the API, the worker and, unless DATABASE_URL is set, an embedded PostgreSQL')
    .option('-q, --quiet', 'print only the line "ready URL"')
  addSettings(command, 'serve', 'Settings:')
    .addHelpText(
      'after',
      examples(
        'waybill serve',
        'waybill serve --data-dir ./data --port 8080 --location /shared/projects',
        'DATABASE_URL=postgres://waybill@db/waybill waybill serve --store gs://bucket/waybill',
      ),
    )
    .action((options: ConfigOptions) => serve(context, options))
}

/** Ends when the server was stopped by a signal. */
async function serve({ io, env }: CliContext, options: ConfigOptions): Promise<void> {
  const config = readConfig(options, env)
  leaveWorkingDirectory()
  // The server's parts take half a second to load, which no other command should wait for.
  const { startServer } = await import('../server/start-server.ts')
  const { ownerTokenPath } = await import('../server/first-start.ts')
  await makeDataDir(config.dataDir)
  const server = await startServer(config).catch((error: unknown) => {
    throw namedDatabase(config, error)
  })
  await writeServerFile(config.dataDir, server.url)
  // Before anyone hears that it runs: a signal may come at once.
  const stopped = untilStopped(io, async () => {
    await removeServerFile(config.dataDir)
    await server.stop()
  })
  const greeting = [
    `Waybill serves ${server.url}`,
    ...(server.signInUrl === null ? [] : [`Sign in once, within 15 minutes: ${server.signInUrl}`]),
    `The commands on this machine find their token by themselves, in ${ownerTokenPath(config.dataDir)}`,
    `Files below ${[join(config.dataDir, 'files'), ...config.locations].join(', ')} can be verified`,
  ]
  const lines = [...(options.quiet === true ? [] : greeting), `ready ${server.url}`]
  // In one piece: a reader that leaves after the first line must not take the server with it.
  await print(io.out, `${lines.join('\n')}\n`)
  await stopped
}
