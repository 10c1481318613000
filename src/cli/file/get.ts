import { stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import type { Command } from 'commander'
import type { FileDetail } from '../../contract/file.ts'
import { AppError } from '../../errors.ts'
import type { ApiClient } from '../client.ts'
import { addClientOptions, connectClient } from '../connection.ts'
import { examples } from '../examples.ts'
import { formatBytes } from '../format-bytes.ts'
import { type CliContext, print, printJson } from '../io.ts'
import { createProgress } from '../progress.ts'
import { untilInterrupted } from '../until-interrupted.ts'
import { type Downloaded, download } from './download.ts'
import { openPartialFile, streamSink } from './download-sink.ts'
import { getFile } from './resolve-file.ts'

interface FileGetOptions {
  output?: string
  force?: boolean
  json?: boolean
}

export function addFileGet(parent: Command, context: CliContext): void {
  const command = parent
    .command('get')
    .description("Download a file's bytes and check them against the ledger")
    .argument('<id|path>', 'its number, or its path as the ledger has it')
    .option('-o, --output <file>', 'file or folder to save it as or in; - for standard output (its own name)')
    .option('-f, --force', 'replace a file that is there')
  addClientOptions(command)
    .addHelpText(
      'after',
      examples(
        'waybill file get 12',
        'waybill file get gs://bucket/cohort.vcf.gz -o results/',
        'waybill file get 12 -o - | zcat | head',
      ),
    )
    .action((idOrPath: string, options: FileGetOptions) => getContent(context, idOrPath, options))
}

async function getContent(context: CliContext, idOrPath: string, options: FileGetOptions): Promise<void> {
  const toStream = options.output === '-'
  if (toStream && options.json === true) {
    throw new AppError('usage', 'Give either --output - or --json: both write to standard output')
  }
  const client = await connectClient(context, { ...options })
  const file = await getFile(client, idOrPath)
  const target = toStream ? null : await targetOf(file, options)
  const got = await untilInterrupted((signal) =>
    target === null
      ? transfer(context, client, file, streamSink(context.io.out), signal)
      : save(context, client, file, target, signal),
  )
  await report(context, file, got, target, options)
}

async function save(
  context: CliContext,
  client: ApiClient,
  file: FileDetail,
  target: string,
  signal: AbortSignal,
): Promise<Downloaded> {
  const partial = await openPartialFile(target)
  try {
    const got = await transfer(context, client, file, partial, signal)
    await partial.moveInPlace()
    return got
  } finally {
    await partial.discard()
  }
}

async function transfer(
  context: CliContext,
  client: ApiClient,
  file: FileDetail,
  sink: Parameters<typeof download>[2],
  signal: AbortSignal,
): Promise<Downloaded> {
  const progress = createProgress(context.io, { label: file.name, total: file.size, unit: 'bytes' })
  try {
    const got = await download(client, file.id, sink, { signal, progress })
    throwUnlessAsRecorded(file, got)
    return got
  } finally {
    progress.end()
  }
}

function throwUnlessAsRecorded(file: FileDetail, got: Downloaded): void {
  const sizeDiffers = file.size !== null && file.size !== got.sizeBytes
  const checksumDiffers = file.file_checksum !== null && file.file_checksum !== got.crc32c
  if (!sizeDiffers && !checksumDiffers) return
  throw new AppError(
    'differs',
    `The bytes at "${file.path}" are not those that the ledger recorded, so they were not kept; "waybill file verify ${file.id}" records what is there now`,
    {
      details: [
        ...(sizeDiffers
          ? [{ field: 'size', message: `${got.sizeBytes} bytes; recorded: ${file.size}` }]
          : []),
        ...(checksumDiffers
          ? [{ field: 'file_checksum', message: `${got.crc32c}; recorded: ${file.file_checksum}` }]
          : []),
      ],
    },
  )
}

async function targetOf(file: FileDetail, options: FileGetOptions): Promise<string> {
  const output = options.output ?? '.'
  const found = await stat(output).catch(() => undefined)
  const intoFolder = found?.isDirectory() === true || output.endsWith('/')
  const target = resolve(intoFolder ? join(output, safeName(file)) : output)
  if (options.force !== true && (await stat(target).catch(() => undefined)) !== undefined) {
    throw new AppError(
      'usage',
      `${target} is there already; add --force to replace it, or give another --output`,
    )
  }
  return target
}

/** A path of the ledger comes from anyone: only its last segment may name a file here. */
function safeName(file: FileDetail): string {
  const name = basename(file.name.replaceAll('\\', '/'))
  return name === '' || name === '.' || name === '..' ? `file-${file.id}` : name
}

async function report(
  { io }: CliContext,
  file: FileDetail,
  got: Downloaded,
  target: string | null,
  options: FileGetOptions,
): Promise<void> {
  const checked = file.file_checksum !== null
  if (options.json === true) {
    return await printJson(io, {
      id: file.id,
      path: file.path,
      saved_as: target,
      size: got.sizeBytes,
      file_checksum: got.crc32c,
      compared: checked,
    })
  }
  const verdict = checked ? 'as the ledger recorded' : 'the ledger has no checksum to compare'
  const line = `${formatBytes(got.sizeBytes)}, CRC32C ${got.crc32c}: ${verdict}\n`
  if (target === null) io.err.write(line)
  else await print(io.out, `Saved ${target} (${line.trimEnd()})\n`)
}
