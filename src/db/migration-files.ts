import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AppError } from '../errors.ts'

export interface MigrationFile {
  number: number
  /** The file's name, `0001_orgs.sql`. */
  name: string
  sql: string
  digest: string
}

/** The package's `migrations` folder, from the sources as from the build. */
export const packageMigrations = join(findPackageRoot(dirname(fileURLToPath(import.meta.url))), 'migrations')

/** All migrations in order. Throws when two share a number or one is missing. */
export async function readMigrations(directory: string): Promise<MigrationFile[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.sql')).sort()
  const files = await Promise.all(names.map((name) => readMigration(directory, name)))
  for (const [index, file] of files.entries()) {
    if (file.number !== index + 1) {
      throw new AppError(
        'internal',
        `The migration ${file.name} stands where number ${index + 1} is needed; migrations are numbered from 1 without gaps`,
      )
    }
  }
  return files
}

async function readMigration(directory: string, name: string): Promise<MigrationFile> {
  const number = /^(\d{4})_[a-z0-9_]+\.sql$/.exec(name)?.[1]
  if (number === undefined) {
    throw new AppError('internal', `The migration ${name} is not named like 0001_orgs.sql`)
  }
  // A checkout may give lines another ending; that is no change.
  const sql = (await readFile(join(directory, name), 'utf8')).replaceAll('\r\n', '\n')
  return { number: Number(number), name, sql, digest: createHash('sha256').update(sql).digest('hex') }
}

function findPackageRoot(directory: string): string {
  if (existsSync(join(directory, 'package.json'))) return directory
  const parent = dirname(directory)
  if (parent === directory) throw new Error('The package.json of Waybill is not above its code')
  return findPackageRoot(parent)
}
