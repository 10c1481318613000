import { type Command, Option } from 'commander'
import type { Analysis, AnalysisStatus } from '../../contract/analysis.ts'
import { analysisStatuses } from '../../contract/choices.ts'
import { addClientOptions, connectClient } from '../connection.ts'
import { examples } from '../examples.ts'
import type { CliContext } from '../io.ts'
import { addListOptions, type ListOptions, printList } from '../list-pages.ts'
import { localAddress } from '../local-address.ts'
import type { Column } from '../table.ts'
import { withReasons } from './current-outputs.ts'
import { outputLines } from './output-lines.ts'

interface AnalysisListOptions extends ListOptions {
  project?: string
  type?: string
  status?: AnalysisStatus
  sequencingGroup?: string
  path?: string
}

export function addAnalysisList(parent: Command, context: CliContext): void {
  const command = parent
    .command('list')
    .description('List analyses, newest first')
    .option('--project <name>', 'of one project')
    .option('--type <type>', 'of one type')
    .addOption(new Option('--status <status>', 'where they stand').choices(analysisStatuses))
    .option('--sequencing-group <id>', 'of one sequencing group')
    .option('--path <path>', 'with this file among their outputs')
  addClientOptions(addListOptions(command))
    .addHelpText(
      'after',
      examples(
        'waybill analysis list --project cohort --type joint-calling',
        'waybill analysis list --path gs://bucket/cohort.vcf.gz',
        'waybill analysis list --status completed --all --json | jq -r ".items[].id"',
      ),
    )
    .action((options: AnalysisListOptions) => listAnalyses(context, options))
}

async function listAnalyses(context: CliContext, options: AnalysisListOptions): Promise<void> {
  const client = await connectClient(context, { ...options })
  const { project, type, status, sequencingGroup, path } = options
  await printList<Analysis>(context.io, client, {
    path: '/analysis',
    query: {
      ...withReasons,
      project,
      type,
      status,
      sequencing_group_id: sequencingGroup,
      path: path === undefined ? undefined : localAddress(path),
    },
    columns,
    options,
  })
}

const columns: readonly Column<Analysis>[] = [
  { title: 'id', cell: (analysis) => analysis.id, align: 'right' },
  { title: 'project', cell: (analysis) => analysis.project, shrinks: true },
  { title: 'type', cell: (analysis) => analysis.type, shrinks: true },
  { title: 'status', cell: (analysis) => analysis.status },
  { title: 'files', cell: (analysis) => filesOf(analysis).length, align: 'right' },
  {
    title: 'not well',
    cell: (analysis) => countNotWell(analysis) || undefined,
    align: 'right',
    style: () => 'red',
  },
  { title: 'created', cell: (analysis) => analysis.created_at },
  { title: 'author', cell: (analysis) => analysis.author, shrinks: true },
]

function filesOf(analysis: Analysis) {
  return outputLines(analysis).flatMap(({ file }) => file ?? [])
}

function countNotWell(analysis: Analysis): number {
  return filesOf(analysis).filter((file) => file.state !== 'there').length
}
