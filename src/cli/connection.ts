import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { type Config, type ConfigOptions, readConfig } from '../config.ts'
import { AppError } from '../errors.ts'
import { systemCodeOf } from '../lib/system-error.ts'
import { type ApiClient, createClient } from './client.ts'
import type { CliContext } from './io.ts'
import { findServerFile } from './server-file.ts'
import { addSettings } from './setting-options.ts'
import { systemFault } from './system-fault.ts'

/** The options of every command that talks to a server. */
export function addClientOptions(command: Command): Command {
  return addSettings(
    command.option('--json', 'print the answer as JSON, for programs'),
    'client',
    'Connection:',
  )
}

export async function connectClient(context: CliContext, options: ConfigOptions): Promise<ApiClient> {
  const config = readConfig(options, context.env)
  const url = await findServerUrl(config)
  return createClient({ url, ...(await findToken(config, url, options)) })
}

async function findServerUrl(config: Config): Promise<string> {
  return config.url ?? (await findServerFile(config.dataDir))?.url ?? 'http://127.0.0.1:4400'
}

interface FoundToken {
  token: string
  tokenFrom: string
}

/**
 * A token in a file that an option names, then WAYBILL_TOKEN, then the local owner's. That one is shown to this
 * machine only: an address of another one must not collect it.
 */
async function findToken(config: Config, url: string, options: ConfigOptions): Promise<FoundToken> {
  if (config.token !== null && options.tokenFile === undefined) {
    return { token: config.token, tokenFrom: 'WAYBILL_TOKEN' }
  }
  if (config.tokenFile !== null) return await readToken(config.tokenFile)
  const ownerFile = join(config.dataDir, 'owner.token')
  if (!isThisMachine(url)) {
    throw new AppError('unauthorized', `No token for ${url} is given`)
  }
  return await readToken(ownerFile).catch((error: unknown) => {
    throw isMissing(error) ? noServerYet(config.dataDir) : error
  })
}

function isMissing(error: unknown): boolean {
  return error instanceof AppError && systemCodeOf(error.cause) === 'ENOENT'
}

function noServerYet(dataDir: string): AppError {
  return new AppError(
    'unauthorized',
    `No token is given, and no server has made one in the data directory ${dataDir}; start one with "waybill serve", or name its --data-dir`,
  )
}

async function readToken(path: string): Promise<FoundToken> {
  try {
    const token = (await readFile(path, 'utf8')).trim()
    if (/^[\x21-\x7e]+$/.test(token)) return { token, tokenFrom: path }
  } catch (error) {
    throw new AppError('unauthorized', `The token cannot be read from ${path}: ${systemFault(error)}`, {
      cause: error,
    })
  }
  throw new AppError('unauthorized', `${path} holds no token`)
}

function isThisMachine(url: string): boolean {
  const { hostname } = new URL(url)
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
}
