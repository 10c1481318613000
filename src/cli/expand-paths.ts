import { lstat, readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { AppError } from '../errors.ts'
import { compareCodePoints } from '../lib/compare-code-points.ts'
import { localAddress } from './local-address.ts'
import { hasWildcard, matchesWildcard } from './wildcard.ts'

/**
 * The addresses that arguments name, each once: a pattern such as `cases/**\/*.genkey` stands for the files of this
 * machine that match it, for shells that leave patterns alone. Throws `usage` where a pattern matches none.
 */
export async function expandPaths(given: readonly string[]): Promise<string[]> {
  const found: string[] = []
  for (const text of given) {
    if (!hasWildcard(text) || (await isThere(text))) found.push(localAddress(text))
    else if (/^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(text)) {
      throw new AppError(
        'usage',
        `A pattern names files of this machine, and "${text}" is in a store; name each`,
      )
    } else found.push(...(await filesLike(text)))
  }
  return [...new Set(found)]
}

async function filesLike(pattern: string): Promise<string[]> {
  const segments = pattern.split('/').filter((segment) => segment !== '' && segment !== '.')
  const files = await below(pattern.startsWith('/') ? '/' : process.cwd(), segments)
  if (files.length === 0) throw new AppError('usage', `No file matches "${pattern}"`)
  return files.sort(compareCodePoints)
}

async function below(folder: string, [segment, ...rest]: readonly string[]): Promise<string[]> {
  if (segment === undefined) return []
  if (segment !== '**' && !hasWildcard(segment)) {
    const path = resolve(folder, segment)
    if (rest.length > 0) return await below(path, rest)
    return (await isThere(path)) ? [path] : []
  }
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const found: string[] = segment === '**' ? await below(folder, rest) : []
  for (const entry of entries) {
    const path = join(folder, entry.name)
    if (segment === '**') {
      if (entry.isDirectory() && !entry.name.startsWith('.'))
        found.push(...(await below(path, ['**', ...rest])))
    } else if (matchesWildcard(segment, entry.name)) {
      if (rest.length > 0) found.push(...(await below(path, rest)))
      else if (!entry.isDirectory()) found.push(path)
    }
  }
  return found
}

async function isThere(path: string): Promise<boolean> {
  return await lstat(path).then(
    () => true,
    () => false,
  )
}
