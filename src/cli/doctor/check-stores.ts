import { randomBytes } from 'node:crypto'
import { access, constants, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { Config } from '../../config.ts'
import { AppError } from '../../errors.ts'
import { silentLogger } from '../../lib/logger.ts'
import { messageOf } from '../../lib/system-error.ts'
import type { Store } from '../../storage/store.ts'
import { createStores } from '../../storage/stores.ts'
import { type Check, fault, ok, warning } from './check.ts'

const timeoutMs = 15_000

/** Writes, reads and deletes a few bytes, as a submission would. */
export async function checkStore(config: Config): Promise<Check[]> {
  const name = 'store'
  if (isFolder(config.store) && !(await exists(config.store))) {
    if (config.store === join(config.dataDir, 'store')) {
      return [ok(name, `${config.store} is not there yet; the first start makes it`)]
    }
    return [
      fault(
        name,
        `The private store ${config.store} is not there`,
        'Make that folder, or give another --store',
      ),
    ]
  }
  const store = createStores({ log: silentLogger }).storeFor(config.store)
  if (store === null) return [noDriver(name, config.store)]
  try {
    await writeReadDelete(store)
    return [ok(name, `${config.store} can be written to, read and deleted from`)]
  } catch (error) {
    return [
      fault(
        name,
        `The private store ${config.store} cannot be used: ${reasonOf(error)}`,
        isFolder(config.store)
          ? 'Let this user write to that folder, make room on its disk, or give another --store'
          : bucketRemedy,
      ),
    ]
  }
}

async function writeReadDelete(store: Store): Promise<void> {
  const content = randomBytes(16)
  const signal = AbortSignal.timeout(timeoutMs)
  const path = `${store.root.replace(/\/$/, '')}/.waybill-doctor-${content.toString('hex')}`
  const written = await store.writeTemporary(Readable.from([content]), { signal })
  try {
    await store.moveInPlace(written.path, path, { ifAbsent: true })
    await written.onDisk
    const read = await buffer(await store.readRange(path, { signal }))
    if (!read.equals(content)) throw new Error('what was read is not what was written')
  } finally {
    await store.delete(written.path)
    await store.delete(path)
  }
}

export async function checkLocations(config: Config): Promise<Check[]> {
  const stores = createStores({ log: silentLogger })
  const checks = config.locations.map((root) => {
    if (isFolder(root)) return checkFolder(root)
    const store = stores.storeFor(root)
    return store === null ? noDriver('location', root) : checkBucket(root, store)
  })
  return await Promise.all(checks)
}

async function checkFolder(root: string): Promise<Check> {
  const name = 'location'
  const found = await stat(root).catch(() => undefined)
  if (found === undefined) {
    return fault(
      name,
      `The location ${root} is not there`,
      'Mount or make it, or take it out of the locations',
    )
  }
  if (!found.isDirectory())
    return fault(name, `The location ${root} is a file`, 'Name the folder that it lies in')
  const readable = await access(root, constants.R_OK | constants.X_OK).then(
    () => true,
    () => false,
  )
  if (!readable) return fault(name, `The location ${root} cannot be read`, 'Let this user read and enter it')
  return ok(name, `${root} can be read`)
}

async function checkBucket(root: string, store: Store): Promise<Check> {
  const folder = root.endsWith('/') ? root : `${root}/`
  const page = await store.listRange(folder, { maxResults: 1, signal: AbortSignal.timeout(timeoutMs) })
  if (page.state === 'listed') {
    if (page.files.length > 0) return ok('location', `${root} answers`)
    return warning(
      'location',
      `${root} answers, and holds nothing`,
      'Look whether the prefix is spelled right',
    )
  }
  return fault('location', `The location ${root} does not answer: ${page.reason}`, bucketRemedy)
}

function noDriver(name: string, root: string): Check {
  return fault(name, `This Waybill has no driver for ${root}`, 'Use a folder or gs://bucket/prefix')
}

const bucketRemedy =
  'Look at the name of the bucket, and at the credentials that its own tools would use here'

function isFolder(root: string): boolean {
  return !root.includes('://')
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined
}

function reasonOf(error: unknown): string {
  const cause = error instanceof AppError && error.cause instanceof Error ? ` (${error.cause.message})` : ''
  return `${messageOf(error)}${cause}`
}
