import { createServer } from 'node:net'
import type { Config } from '../../config.ts'
import { systemCodeOf } from '../../lib/system-error.ts'
import { findServerUrl } from '../connection.ts'
import { findServerFile } from '../server-file.ts'
import { type Check, fault, ok, warning } from './check.ts'

const timeoutMs = 5000

/** Asks the server that the commands would ask; where none runs, whether one could. */
export async function checkRunningServer(config: Config): Promise<Check[]> {
  const name = 'server'
  const url = await findServerUrl(config)
  const status = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(timeoutMs) }).then(
    async (answer) => {
      await answer.arrayBuffer()
      return answer.status
    },
    () => undefined,
  )
  const left = await findServerFile(config.dataDir)
  if (status === 200) {
    // What answers at the default address says nothing of another port that is to be listened on.
    const isOther = config.url === null && left === undefined && Number(new URL(url).port) !== config.port
    return [ok(name, `A server answers at ${url}`), ...(isOther ? [await checkPort(config)] : [])]
  }
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
  const because = left === undefined ? '' : `; the one that was there (process ${left.pid}) has died`
  return [
    warning(name, `No server answers at ${url}${because}`, 'Start one with "waybill serve"'),
    await checkPort(config),
  ]
}

function checkPort({ host, port }: Config): Promise<Check> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error) => {
      const code = systemCodeOf(error)
      const reason = code === 'EADDRINUSE' ? 'is used by another program' : `cannot be listened on (${code})`
      resolve(fault('port', `Port ${port} of ${host} ${reason}`, 'Give another --port or --host'))
    })
    server.listen(port, host, () => {
      server.close(() => resolve(ok('port', `Port ${port} of ${host} is free`)))
    })
  })
}
