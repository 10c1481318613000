import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Child, startNode } from './child-process.ts'

export interface ServerProcess extends Child {
  url: string
  token: string
  request(method: string, path: string, body?: object): Promise<{ status: number; body: unknown }>
  /** SIGTERM, and the exit status. */
  stop(): Promise<number | string>
}

/** The built server as a user starts it, on any free port. */
export async function startServerProcess(dataDir: string, options: string[] = []): Promise<ServerProcess> {
  const child = startNode(['bin/waybill.js', 'serve', '--data-dir', dataDir, '--port', '0', ...options], {
    WAYBILL_LOG_LEVEL: 'warn',
  })
  const url = await child.line('ready ')
  const token = (await readFile(join(dataDir, 'owner.token'), 'utf8')).trim()
  return {
    ...child,
    url,
    token,
    async request(method, path, body) {
      const response = await fetch(`${url}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      return { status: response.status, body: await response.json() }
    },
    async stop() {
      child.process.kill('SIGTERM')
      return await child.exited
    },
  }
}

/** The process of the embedded PostgreSQL in a data directory. */
export async function postmasterPid(dataDir: string): Promise<number> {
  const text = await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')
  return Number(text.slice(0, text.indexOf('\n')))
}
