import { type Command, Option } from 'commander'
import type { FileState, FileSummary } from '../../contract/file.ts'
import { addClientOptions, connectClient } from '../connection.ts'
import { examples } from '../examples.ts'
import type { CliContext } from '../io.ts'
import { addListOptions, type ListOptions, printList } from '../list-pages.ts'
import { summaryColumns } from './summary-columns.ts'

export interface FileFindOptions extends ListOptions {
  name?: string
  pathPrefix?: string
  ext?: string
  state?: FileState
  checksum?: string
  direction?: 'in' | 'out'
}

export function addFileFind(parent: Command, context: CliContext, run = findFiles): void {
  const command = parent
    .command('find')
    .description('List files of the ledger, newest first')
    .option('--name <name>', 'the whole file name')
    .option('--path-prefix <prefix>', 'how the path begins')
    .option('--ext <ext>', 'the extension, such as .vcf.gz')
    .addOption(
      new Option('--state <state>', 'what the last look found').choices([
        'declared',
        'verified',
        'missing',
        'gone',
        'unreachable',
      ]),
    )
    .option('--checksum <crc32c>', 'CRC32C in base64')
    .addOption(new Option('--direction <direction>', 'used as input or as output').choices(['in', 'out']))
  addClientOptions(addListOptions(command))
    .addHelpText(
      'after',
      examples(
        'waybill file find --path-prefix /shared/projects/north_sea/',
        'waybill file find --ext .vcf.gz --state missing --all',
        'waybill file find --state verified --all --json | jq -r ".items[].path"',
      ),
    )
    .action((options: FileFindOptions) => run(context, options))
}

async function findFiles(context: CliContext, options: FileFindOptions): Promise<void> {
  const client = await connectClient(context, { ...options })
  const { name, pathPrefix, ext, state, checksum, direction } = options
  await printList<FileSummary>(context.io, client, {
    path: '/files',
    query: { name, path_prefix: pathPrefix, ext, state, checksum, direction },
    columns: summaryColumns,
    options,
  })
}
