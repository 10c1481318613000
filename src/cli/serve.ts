import { Command } from 'commander'
import { type ConfigOptions, readConfig } from '../config.ts'
import { ownerTokenPath } from '../server/first-start.ts'
import { startServer } from '../server/start-server.ts'

export function serveCommand(): Command {
  return new Command('serve')
    .description('Run the API, the worker and, by default, an embedded PostgreSQL')
    .option('--data-dir <dir>', 'where the database, files and the owner token live')
    .option('--host <host>', 'address to listen on (127.0.0.1)')
    .option('--port <port>', 'port to listen on (4400)')
    .option('--location <root...>', 'a folder or bucket that the default org may point at; repeatable')
    .action(async (options: ConfigOptions) => {
      const config = readConfig(options)
      const server = await startServer(config)
      process.stdout.write(
        [
          `Waybill serves ${server.url}`,
          `Sign in with the token in ${ownerTokenPath(config.dataDir)}`,
          `ready ${server.url}`,
          '',
        ].join('\n'),
      )
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.stop())
    })
}
