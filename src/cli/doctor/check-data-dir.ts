import { access, constants, stat, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { systemCodeOf } from '../../lib/system-error.ts'
import { formatBytes } from '../format-bytes.ts'
import { type Check, fault, ok, warning } from './check.ts'

const scarceBytes = 1024 ** 3
const tooFewBytes = 100 * 1024 ** 2

export async function checkDataDir(dataDir: string): Promise<Check[]> {
  const name = 'data directory'
  const found = await stat(dataDir).catch((error: unknown) => error as Error)
  if (found instanceof Error) {
    const code = systemCodeOf(found)
    if (code !== 'ENOENT') {
      return [
        fault(
          name,
          `${dataDir} cannot be reached (${code})`,
          'Let this user enter it, or give another --data-dir',
        ),
      ]
    }
    return [await checkParent(dataDir), await checkDisk(await existingParent(dataDir))]
  }
  if (!found.isDirectory()) {
    return [fault(name, `${dataDir} is a file`, 'Move it away, or give another --data-dir')]
  }
  const writable = await isWritable(dataDir)
  const checks = [
    writable
      ? ok(name, `${dataDir} can be written to`)
      : fault(name, `${dataDir} cannot be written to`, `Give it to this user, or give another --data-dir`),
  ]
  if ((found.mode & 0o077) !== 0) {
    const mode = (found.mode & 0o777).toString(8)
    checks.push(
      warning(
        name,
        `Other users of this machine may enter ${dataDir} (mode ${mode})`,
        `chmod 700 '${dataDir}'`,
      ),
    )
  }
  checks.push(...(await checkOwnerToken(dataDir)), await checkDisk(dataDir))
  return checks
}

async function checkParent(dataDir: string): Promise<Check> {
  const parent = await existingParent(dataDir)
  if (await isWritable(parent))
    return ok('data directory', `${dataDir} is not there yet; the first start makes it`)
  return fault(
    'data directory',
    `${dataDir} is not there, and this user cannot make it in ${parent}`,
    'Give a directory that this user can write to with --data-dir',
  )
}

async function checkOwnerToken(dataDir: string): Promise<Check[]> {
  const path = join(dataDir, 'owner.token')
  const found = await stat(path).catch(() => undefined)
  if (found === undefined || (found.mode & 0o077) === 0) return []
  return [
    fault('owner token', `${path} can be read by other users`, `chmod 600 '${path}', and revoke the token`),
  ]
}

async function checkDisk(path: string): Promise<Check> {
  const { bavail, bsize } = await statfs(path)
  const free = bavail * bsize
  const message = `${formatBytes(free)} free on the disk of ${path}`
  if (free < tooFewBytes) return fault('disk', message, 'Make room: the database stops when the disk is full')
  if (free < scarceBytes) return warning('disk', message, 'Make room before the disk is full')
  return ok('disk', message)
}

async function existingParent(path: string): Promise<string> {
  const parent = dirname(path)
  if (parent === path) return path
  return (await stat(parent).catch(() => undefined)) === undefined ? await existingParent(parent) : parent
}

function isWritable(path: string): Promise<boolean> {
  return access(path, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  )
}
