import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Command } from 'commander'
import type { UploadedLibraryFile } from '../../contract/library.ts'
import { AppError } from '../../errors.ts'
import { addressPart } from '../address-part.ts'
import { addClientOptions, connectClient } from '../connection.ts'
import { examples } from '../examples.ts'
import { type CliContext, printJson } from '../io.ts'
import { findOrgPath } from '../org-path.ts'
import { printFindings } from '../print-findings.ts'
import { createProgress } from '../progress.ts'
import { readForUpload, standardInputFault } from '../read-for-upload.ts'
import { systemFault } from '../system-fault.ts'
import { printFields } from '../table.ts'
import { untilInterrupted } from '../until-interrupted.ts'

interface LibraryPutOptions {
  name?: string
  json?: boolean
}

export function addLibraryPut(parent: Command, context: CliContext): void {
  const command = parent
    .command('put')
    .description('Put a file into the library, or a new version of one that is there')
    .argument('<file>', 'the file')
    .option('--name <name>', "what workflows call it (the file's own name)")
  addClientOptions(command)
    .addHelpText(
      'after',
      examples('waybill library put USA_CA_San.Francisco.epw', 'waybill library put new.epw --name site.epw'),
    )
    .action((file: string, options: LibraryPutOptions) => putFile(context, file, options))
}

async function putFile(
  { io, env, finish }: CliContext,
  path: string,
  options: LibraryPutOptions,
): Promise<void> {
  const { name = basename(path), json = false, ...connection } = options
  const part = addressPart(name, 'a library file')
  const fault = standardInputFault(path)
  if (fault !== null) throw new AppError('usage', `"${path}" ${fault}`)
  const seen = await stat(path).catch((error: unknown) => {
    throw new AppError('usage', `"${path}" cannot be read: ${systemFault(error)}`, { cause: error })
  })
  if (!seen.isFile()) throw new AppError('usage', `"${path}" is no file`)
  const client = await connectClient({ io, env, finish }, connection)
  const address = `${await findOrgPath(client)}/library/${part}`
  const progress = createProgress(io, { label: 'Sending', total: seen.size, unit: 'bytes' })
  const body = {
    method: 'PUT' as const,
    contentType: 'application/octet-stream',
    length: seen.size,
    read: () => readForUpload({ path, sizeBytes: seen.size }, (count) => progress.advance(count)),
  }
  const file = await untilInterrupted((signal) =>
    client
      .upload<UploadedLibraryFile>(address, body, { signal, onAttempt: () => progress.reset(0) })
      .finally(() => progress.end()),
  )
  if (json) return await printJson(io, file)
  await printFields(io, [
    ['name', file.name],
    ['version', file.version],
    ['size', file.size_bytes],
    ['sha-256', file.sha256],
    ['used by', file.workflows.join(', ')],
  ])
  await printFindings(io, file.findings)
}
