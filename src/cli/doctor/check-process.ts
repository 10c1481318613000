import { readFile } from 'node:fs/promises'
import { type Check, fault, ok, warning } from './check.ts'

const oldestNode = [20, 19] as const
const fewestOpenFiles = 4096

export function checkNode(version: string = process.versions.node): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [oldestMajor, oldestMinor] = oldestNode
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) {
    return ok('node', `Node ${version}`)
  }
  const needed = `${oldestMajor}.${oldestMinor}`
  return fault('node', `Node ${version} is older than ${needed}`, `Install Node ${needed} or newer`)
}

/** Each connection and each file being read takes one. Only Linux tells. */
export async function checkOpenFiles(path = '/proc/self/limits'): Promise<Check[]> {
  const limits = await readFile(path, 'utf8').catch(() => '')
  const soft = /^Max open files\s+(\S+)/m.exec(limits)?.[1]
  if (soft === undefined) return []
  if (soft === 'unlimited' || Number(soft) >= fewestOpenFiles) {
    return [ok('open files', `${soft} files may be open at a time`)]
  }
  return [
    warning(
      'open files',
      `Only ${soft} files may be open at a time`,
      `Raise it before the start: ulimit -n ${fewestOpenFiles}, or LimitNOFILE in a systemd unit`,
    ),
  ]
}
