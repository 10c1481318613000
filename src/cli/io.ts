import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { styleText } from 'node:util'

export type OutStream = Writable & { isTTY?: boolean; columns?: number }

/** The streams of a command. Results go to `out`; progress, remarks and errors to `err`. */
export interface CliIo {
  in: Readable & { isTTY?: boolean }
  out: OutStream
  err: OutStream
  colour: 'always' | 'never' | 'auto'
}

export type Style = Parameters<typeof styleText>[0]

/** What a command works with, apart from its own options. */
export interface CliContext {
  io: CliIo
  /** Undefined means that of this process. */
  env: NodeJS.ProcessEnv | undefined
  /** A command's last word: 0, or 1 where what it looked at is not well. */
  finish(exitCode: number): void
}

export function paint(io: CliIo, stream: OutStream, style: Style | undefined, text: string): string {
  const wanted = io.colour === 'always' || (io.colour === 'auto' && stream.isTTY === true)
  // The stream and the variables were judged already; on newer Nodes styleText would judge stdout again.
  return wanted && style !== undefined ? styleText(style, text, { validateStream: false }) : text
}

/** Cells in a line of a terminal. One that was never told its size says 0. */
export function columnsOf(stream: OutStream): number {
  return stream.columns || 80
}

/** Waits while the reader is slow, so that a long list is never held in memory. */
export async function print(stream: OutStream, text: string): Promise<void> {
  if (!stream.write(text)) await once(stream, 'drain')
}

export async function printJson(io: CliIo, value: unknown): Promise<void> {
  await print(io.out, `${JSON.stringify(value, null, 2)}\n`)
}
