import { type Command, Option } from 'commander'
import type { Analysis, AnalysisStatus } from '../../contract/analysis.ts'
import { analysisStatuses } from '../../contract/choices.ts'
import type { Json } from '../../contract/json.ts'
import { AppError } from '../../errors.ts'
import { addressPart } from '../address-part.ts'
import { collect } from '../collect.ts'
import { addClientOptions, connectClient } from '../connection.ts'
import { examples } from '../examples.ts'
import type { CliContext, CliIo } from '../io.ts'
import { whileWaiting } from '../progress.ts'
import { readJsonInput } from '../read-json-input.ts'
import { textsFromOptions } from '../texts-from-options.ts'
import { withReasons } from './current-outputs.ts'
import { outputsFromOptions } from './outputs-from-options.ts'
import { printAnalysis } from './print-analysis.ts'

interface AnalysisCreateOptions {
  type: string
  status: AnalysisStatus
  output?: string[]
  companion?: string[]
  from?: string
  meta?: string[]
  metaFrom?: string
  sequencingGroup?: string[]
  author?: string
  unreachable?: 'accept' | 'refuse'
  idempotencyKey?: string
  json?: boolean
}

export function addAnalysisCreate(parent: Command, context: CliContext): void {
  const command = parent
    .command('create')
    .description('Register an analysis with its outputs, each looked at where it is')
    .argument('<project>', 'its project; a new one is made')
    .requiredOption('--type <type>', 'what kind of analysis, such as joint-calling')
    .addOption(
      new Option('--status <status>', 'where it stands').choices(analysisStatuses).default('completed'),
    )
    .option('--output <name=path>', 'an output; dots in its name are structure; repeatable', collect)
    .option('--companion <name.key=path>', 'a file beside the output of that name; repeatable', collect)
    .addOption(
      new Option('--from <file>', 'the tree of outputs as JSON; - reads standard input').conflicts([
        'output',
        'companion',
      ]),
    )
    .option('--meta <name=text>', 'something to remember of it; repeatable', collect)
    .addOption(
      new Option('--meta-from <file>', 'the same as a JSON object; - reads standard input').conflicts('meta'),
    )
    .option('--sequencing-group <id>', 'a sequencing group that it is of; repeatable', collect)
    .option('--author <name>', 'who made it (the member of the token)')
    .addOption(
      new Option('--unreachable <what>', 'what to do where a store does not tell of a file').choices([
        'accept',
        'refuse',
      ]),
    )
    .option('--idempotency-key <key>', 'register once, however often a script calls (a new one each time)')
  addClientOptions(command)
    .addHelpText('after', createExamples)
    .action((project: string, options: AnalysisCreateOptions) => createAnalysis(context, project, options))
}

/** `POST /analysis/query` is a search, and dots alone shorten an address. */
const notProjects: ReadonlySet<string> = new Set(['query', '.', '..'])

const createExamples = examples(
  'waybill analysis create cohort --type joint-calling --output vcf=gs://bucket/x.vcf.gz --companion vcf.index=gs://bucket/x.vcf.gz.tbi',
  'waybill analysis create cohort --type qc --output results.html=report.html --output results.table=qc.tsv --meta caller=gatk',
  'make-outputs | waybill analysis create cohort --type qc --from - --json | jq .id',
)

async function createAnalysis(
  context: CliContext,
  project: string,
  options: AnalysisCreateOptions,
): Promise<void> {
  const { io } = context
  if (notProjects.has(project)) {
    throw new AppError(
      'usage',
      `A project named "${project}" cannot have analyses: its address means something else`,
    )
  }
  if (options.from === '-' && options.metaFrom === '-') {
    throw new AppError('usage', 'Standard input can be given to one of --from and --meta-from, not to both')
  }
  const body = {
    type: options.type,
    status: options.status,
    outputs: await readOutputs(io, options),
    meta: await readMeta(io, options),
    sequencing_group_ids: options.sequencingGroup,
    author: options.author,
  }
  const client = await connectClient(context, { ...options })
  const query = new URLSearchParams({ ...withReasons, unreachable: options.unreachable ?? 'accept' })
  const { idempotencyKey } = options
  const analysis = await whileWaiting(io, 'Looking at the outputs and registering them', () =>
    client.post<Analysis>(`/analysis/${addressPart(project, 'a project')}?${query}`, body, {
      make: true,
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    }),
  )
  await printAnalysis(io, client, analysis, options)
}

async function readOutputs(io: CliIo, options: AnalysisCreateOptions): Promise<Json | undefined> {
  const { from, output: outputs = [], companion: companions = [] } = options
  if (from !== undefined) return await readJsonInput(io, from, 'The tree of outputs')
  return outputs.length + companions.length === 0 ? undefined : outputsFromOptions({ outputs, companions })
}

async function readMeta(io: CliIo, { meta, metaFrom }: AnalysisCreateOptions): Promise<Json | undefined> {
  if (metaFrom !== undefined) return await readJsonInput(io, metaFrom, 'The meta')
  return meta === undefined ? undefined : textsFromOptions('--meta', meta)
}
