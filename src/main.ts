import { Command } from 'commander'
import { serveCommand } from './cli/serve.ts'

await new Command('waybill').addCommand(serveCommand()).parseAsync()
