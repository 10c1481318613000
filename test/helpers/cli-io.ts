import { PassThrough } from 'node:stream'
import type { CliIo } from '../../src/cli/io.ts'

/** Streams of a command that a test reads. `terminal` makes its outputs look like one. */
export function makeIo(terminal: { columns: number } | null = null, colour: CliIo['colour'] = 'auto') {
  const [out, err] = [new PassThrough(), new PassThrough()]
  if (terminal !== null) for (const stream of [out, err]) Object.assign(stream, { isTTY: true }, terminal)
  const io: CliIo = { in: new PassThrough(), out, err, colour }
  const textOf = (stream: PassThrough) => String(stream.read() ?? '')
  return { io, out: () => textOf(out), err: () => textOf(err) }
}
