import type { Analysis } from '../../contract/analysis.ts'
import type { FileSummary } from '../../contract/file.ts'
import type { ApiClient } from '../client.ts'
import { eachPage } from '../list-pages.ts'
import { type OutputLine, outputLines } from './output-lines.ts'

/** It goes into an address, which the server takes only so long. */
const longestPrefix = 1000

/** Asks the API to say of each file that is not there why. */
export const withReasons = { missing: 'object' } as const

/**
 * The outputs of an analysis that was asked for `withReasons`. A file that was there and whose store does not answer now
 * is shown by the API like one that is there; the ledger's own list of such files tells them apart.
 */
export async function currentOutputs(client: ApiClient, analysis: Analysis): Promise<OutputLine[]> {
  const lines = outputLines(analysis)
  const paths = lines.flatMap(({ file }) => (file === null ? [] : [file.path]))
  if (paths.length === 0) return lines
  const unreachable = new Map<number, string>()
  const query = { state: 'unreachable', path_prefix: commonPrefix(paths) }
  for await (const page of eachPage<FileSummary>(client, { path: '/files', query, options: { all: true } })) {
    for (const file of page.items) unreachable.set(file.id, file.reason)
  }
  return unreachable.size === 0 ? lines : outputLines(analysis, unreachable)
}

function commonPrefix(paths: readonly string[]): string {
  let prefix = paths[0]?.slice(0, longestPrefix) ?? ''
  for (const path of paths) while (!path.startsWith(prefix)) prefix = prefix.slice(0, -1)
  // Half of a character is no text that an address can carry.
  return prefix.replace(/[\ud800-\udbff]$/, '')
}
