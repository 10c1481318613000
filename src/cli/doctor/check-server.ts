import { createServer } from 'node:net'
import type { Config } from '../../config.ts'
import { systemCodeOf } from '../../lib/system-error.ts'
import { findServerFile } from '../server-file.ts'
import { type Check, fault, ok, warning } from './check.ts'

const timeoutMs = 5000
const portRemedy =
  'Give another --port or --host; if a Waybill that the commands should use is there, name it in WAYBILL_URL'

/** Asks the server that is named, or that runs on the data directory; where none does, whether one could. */
export async function checkRunningServer(config: Config): Promise<Check[]> {
  const name = 'server'
  const left = await findServerFile(config.dataDir)
  const url = config.url ?? left?.url
  if (url === undefined) {
    return [
      warning(name, 'No server runs on this data directory', 'Start one with "waybill serve"'),
      await checkPort(config),
    ]
  }
  const status = await readinessOf(url)
  if (status === 200) return [ok(name, `A server answers at ${url}`)]
  if (status !== undefined) {
    return [
      fault(
        name,
        `What answers at ${url} is not ready (HTTP ${status})`,
        'Look into its log, or mend the URL',
      ),
    ]
  }
  if (config.url !== null) {
    return [fault(name, `No server answers at ${url}`, 'Start it, or mend WAYBILL_URL')]
  }
  return [
    warning(
      name,
      `No server answers at ${url}; the one that was there (process ${left?.pid}) has died`,
      'Start one with "waybill serve"',
    ),
    await checkPort(config),
  ]
}

/** The status of `/readyz`, or undefined where nothing answers HTTP. */
async function readinessOf(url: string): Promise<number | undefined> {
  try {
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(timeoutMs) })
    await answer.arrayBuffer()
    return answer.status
  } catch {
    return undefined
  }
}

function checkPort({ host, port }: Config): Promise<Check> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error) => {
      const code = systemCodeOf(error)
      const reason = code === 'EADDRINUSE' ? 'is used by another program' : `cannot be listened on (${code})`
      resolve(fault('port', `Port ${port} of ${host} ${reason}`, portRemedy))
    })
    server.listen(port, host, () => {
      server.close(() => resolve(ok('port', `Port ${port} of ${host} is free`)))
    })
  })
}
