import type { Command } from 'commander'
import type { FileDetail } from '../../contract/file.ts'
import { addClientOptions, connectClient } from '../connection.ts'
import { examples } from '../examples.ts'
import { formatBytes } from '../format-bytes.ts'
import { type CliContext, printJson } from '../io.ts'
import { type Column, printFields, printPart } from '../table.ts'
import { getFile } from './resolve-file.ts'

export function addFileShow(parent: Command, context: CliContext): void {
  const command = parent
    .command('show')
    .description('Show a file with its versions, companions and uses')
    .argument('<id|path>', 'its number, or its path as the ledger has it')
  addClientOptions(command)
    .addHelpText(
      'after',
      examples('waybill file show 12', 'waybill file show /shared/projects/pvt_table.tab'),
    )
    .action((idOrPath: string, options: { json?: boolean }) => showFile(context, idOrPath, options))
}

async function showFile(context: CliContext, idOrPath: string, options: { json?: boolean }): Promise<void> {
  const file = await getFile(await connectClient(context, options), idOrPath)
  if (options.json === true) return await printJson(context.io, file)
  await printFields(context.io, [
    ['id', file.id],
    ['path', file.path],
    ['state', `${file.state} (${file.reason})`],
    ['looked', file.checked_at],
    ['kind', file.kind],
    ['size', file.size === null ? null : sizeOf(file.size)],
    ['checksum', file.file_checksum],
    ['version', file.version],
  ])
  await printPart(context.io, 'Versions', versionColumns, file.versions)
  await printPart(context.io, 'Companions', companionColumns, file.companions)
  await printPart(context.io, 'Uses', useColumns, file.uses)
}

function sizeOf(bytes: number): string {
  return bytes < 1024 ? `${bytes} bytes` : `${formatBytes(bytes)} (${bytes} bytes)`
}

const versionColumns: readonly Column<FileDetail['versions'][number]>[] = [
  { title: 'version', cell: (version) => version.version, align: 'right' },
  { title: 'seen', cell: (version) => version.created_at },
  { title: 'size', cell: (version) => version.size, align: 'right' },
  { title: 'checksum', cell: (version) => version.file_checksum },
  { title: 'modified', cell: (version) => version.modified_at },
  { title: 'members', cell: (version) => version.member_count, align: 'right' },
]

const companionColumns: readonly Column<FileDetail['companions'][number]>[] = [
  { title: 'id', cell: (companion) => companion.id, align: 'right' },
  { title: 'name', cell: (companion) => companion.name },
  { title: 'of', cell: (companion) => `${companion.subject} ${companion.place}`.trim() },
  { title: 'path', cell: (companion) => companion.path, shrinks: true },
]

const useColumns: readonly Column<FileDetail['uses'][number]>[] = [
  { title: 'used by', cell: (use) => use.subject },
  { title: 'as', cell: (use) => (use.direction === 'in' ? 'input' : 'output') },
  { title: 'version', cell: (use) => use.version, align: 'right' },
  { title: 'since', cell: (use) => use.created_at },
  { title: 'place', cell: (use) => use.place, shrinks: true },
]
