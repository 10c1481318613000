import type { Analysis } from '../../contract/analysis.ts'
import { askAgain } from '../ask-again.ts'
import type { ApiClient } from '../client.ts'
import type { CliIo } from '../io.ts'
import { whileWaiting } from '../progress.ts'
import { currentOutputs, withReasons } from './current-outputs.ts'
import type { OutputFile } from './output-file.ts'
import type { OutputLine } from './output-lines.ts'

export type FileLine = OutputLine & { file: OutputFile }

/** What one look at the outputs of an analysis found. */
export interface Look {
  analysis: Analysis
  files: FileLine[]
  /** Those that are not as before; of the first look also those that are not as registered. */
  news: FileLine[]
}

const firstPauseMs = 1000
/** A look is a request and a line of the audit. */
const longestPauseMs = 30_000

/** Looks once, or with `watch` again and again until every file is there; seldom while nothing happens. */
export async function* eachLook(
  io: CliIo,
  client: ApiClient,
  id: number,
  { watch, signal }: { watch: boolean; signal: AbortSignal },
): AsyncGenerator<Look> {
  const startedAt = Date.now()
  const waiting = <T>(words: string, work: () => Promise<T>) => whileWaiting(io, words, work, startedAt)
  const before = await waiting('Reading the analysis', async () =>
    filesOf(client, await client.get<Analysis>(`/analysis/${id}`, withReasons)),
  )
  let look = await waiting(`Looking at ${countOf(before)}`, () => verify(client, id, signal))
  const changed = newsSince(before, look.files)
  yield { ...look, news: look.files.filter((line) => line.file.state !== 'there' || changed.has(line)) }

  let pauseMs = firstPauseMs
  while (watch && !look.files.every(isThere)) {
    const { files, tookMs } = look
    const absent = files.filter((line) => !isThere(line)).length
    const words = `Waiting for ${absent.toLocaleString('en')} of ${countOf(files)}`
    // A server that takes long to look is left alone for as long.
    const pause = { words, pauseMs: Math.max(pauseMs, tookMs) }
    const next = await askAgain(io, { startedAt, signal }, pause, () => verify(client, id, signal))
    const news = [...newsSince(files, next?.files ?? [])]
    pauseMs = news.length > 0 ? firstPauseMs : Math.min(longestPauseMs, pauseMs * 2)
    if (next === undefined) continue
    look = next
    yield { ...look, news }
  }
}

async function verify(client: ApiClient, id: number, signal: AbortSignal) {
  const beganAt = Date.now()
  const query = new URLSearchParams(withReasons)
  const analysis = await client.post<Analysis>(`/analysis/${id}/verify?${query}`, {}, { signal })
  return { analysis, files: await filesOf(client, analysis), tookMs: Date.now() - beganAt }
}

/** A file that is there with other bytes is nothing to wait for. */
function isThere({ file: { state } }: FileLine): boolean {
  return state === 'there' || state === 'changed'
}

async function filesOf(client: ApiClient, analysis: Analysis): Promise<FileLine[]> {
  const lines = await currentOutputs(client, analysis)
  return lines.filter((line): line is FileLine => line.file !== null)
}

/** The files that are not in the state in which they were before. */
function newsSince(before: readonly FileLine[], now: readonly FileLine[]): ReadonlySet<FileLine> {
  const keyOf = ({ place, file: { path, state } }: FileLine) => `${state}\0${place}\0${path}`
  const known = new Set(before.map(keyOf))
  return new Set(now.filter((line) => !known.has(keyOf(line))))
}

function countOf({ length }: readonly FileLine[]): string {
  return `${length.toLocaleString('en')} ${length === 1 ? 'file' : 'files'}`
}
