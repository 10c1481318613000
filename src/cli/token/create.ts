import { type Command, Option } from 'commander'
import { roles } from '../../contract/choices.ts'
import type { TokenMade } from '../../contract/token.ts'
import { addClientOptions, connectClient } from '../connection.ts'
import { examples } from '../examples.ts'
import { type CliContext, print, printJson } from '../io.ts'

interface TokenCreateOptions {
  role?: string
  expiresAt?: string
  json?: boolean
}

export function addTokenCreate(parent: Command, context: CliContext): void {
  const command = parent
    .command('create')
    .description('Make a token of this org; it is printed once and kept only as a digest')
    .argument('<name>', 'what it is for')
    .addOption(new Option('--role <role>', 'what it may do, from low to high').choices([...roles]))
    .option(
      '--expires-at <time>',
      'such as 2027-01-01T00:00:00Z; without it the token lasts until it is revoked',
    )
  addClientOptions(command)
    .addHelpText(
      'after',
      examples(
        'waybill token create nightly --role submitter',
        'waybill token create laptop --role author > ~/.waybill.token',
      ),
    )
    .action((name: string, options: TokenCreateOptions) => createToken(context, name, options))
}

async function createToken(context: CliContext, name: string, options: TokenCreateOptions): Promise<void> {
  const client = await connectClient(context, { ...options })
  const made = await client.post<TokenMade>(
    '/tokens',
    { name, role: options.role, expires_at: options.expiresAt },
    { make: true },
  )
  if (options.json === true) return await printJson(context.io, made)
  await print(context.io.out, `${made.token}\n`)
  context.io.err.write('This is the only time that the token is shown\n')
}
