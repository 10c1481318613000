import type { Db } from '../db/client.ts'
import { AppError } from '../errors.ts'
import { locationFault, normalAddress } from '../storage/location.ts'
import type { ListedFile, Store } from '../storage/store.ts'
import type { Stores } from '../storage/stores.ts'
import { coveringStore } from './covering-store.ts'

/** A folder of more holds more than one run's results, and listing it would hold the request for minutes. */
const mostListed = 1_000_000

export interface NewFile {
  path: string
  modifiedAt: Date
}

export interface NewFilesOptions {
  since: Date
  /** More new files than this are `too_large`. */
  most: number
  isKnown: (file: ListedFile) => boolean
}

/**
 * The files at any depth below a folder that were modified at or after `since`, without those that are known. Throws
 * `invalid` for a folder that is not there, in no location or holds what no address can name, `unavailable` where its
 * store does not tell of all of it.
 */
export async function listNewFiles(
  deps: { db: Db; stores: Stores },
  orgId: number,
  folder: string,
  { since, most, isKnown }: NewFilesOptions,
): Promise<NewFile[]> {
  const address = folderAddress(folder)
  const store = await coveringStore(deps, orgId, address)
  if (store === null) throw refusal('invalid', `No location of this org covers "${folder}"`)
  const found: NewFile[] = []
  let listed = 0
  for await (const files of pagesOf(store, address)) {
    listed += files.length
    for (const file of files) {
      const { modifiedAt } = file.facts
      if (modifiedAt === null || !isSince(modifiedAt, since) || isKnown(file)) continue
      found.push({ path: file.path, modifiedAt })
    }
    const over = [
      found.length > most && `${format(most)} new files`,
      listed > mostListed && `${format(mostListed)} files`,
    ]
    const limit = over.find((text) => text !== false)
    if (limit)
      throw refusal('too_large', `"${folder}" holds more than ${limit}; name a folder nearer to the results`)
  }
  return found
}

async function* pagesOf(store: Store, folder: string): AsyncGenerator<ListedFile[]> {
  let pageToken: string | null = null
  do {
    const page = await store.listRange(folder, { whole: true, ...(pageToken !== null && { pageToken }) })
    if (page.state !== 'listed') {
      const code = page.state === 'absent' ? 'invalid' : 'unavailable'
      throw refusal(code, `${page.reason}: "${page.at ?? folder}"`)
    }
    yield page.files
    pageToken = page.nextPageToken
  } while (pageToken !== null)
}

/** In the one spelling, and with the slash that a folder ends in. */
function folderAddress(folder: string): string {
  const fault = locationFault(folder)
  if (fault !== null) throw refusal('invalid', `"${folder}" ${fault}`)
  return `${normalAddress(folder)?.replace(/\/+$/u, '')}/`
}

/** A time of whole seconds is often one that lost its fraction on the way. */
function isSince(time: Date, since: Date): boolean {
  const [at, from] = [time.getTime(), since.getTime()]
  return at >= (at % 1000 === 0 ? Math.floor(from / 1000) * 1000 : from)
}

function refusal(code: 'invalid' | 'unavailable' | 'too_large', message: string): AppError {
  return new AppError(code, `The folder cannot be listed: ${message}`, {
    details: [{ field: 'folder', message }],
  })
}

function format(count: number): string {
  return count.toLocaleString('en')
}
