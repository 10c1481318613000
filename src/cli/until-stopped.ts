import { constants } from 'node:os'
import type { CliIo } from './io.ts'

/** Waits for Ctrl-C or SIGTERM and then for `stop`. A second one ends the process at once. */
export async function untilStopped(io: CliIo, stop: () => Promise<void>): Promise<void> {
  const signals = ['SIGINT', 'SIGTERM'] as const
  const first = await new Promise<NodeJS.Signals>((resolve) => {
    for (const signal of signals) process.once(signal, resolve)
  })
  const endAtOnce = (signal: NodeJS.Signals) => process.exit(128 + constants.signals[signal])
  for (const signal of signals) process.on(signal, endAtOnce)
  if (first === 'SIGINT' && io.err.isTTY === true) io.err.write('\nStopping; Ctrl-C again ends it at once\n')
  await stop()
  for (const signal of signals) process.off(signal, endAtOnce)
}
