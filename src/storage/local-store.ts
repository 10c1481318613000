import { readdir, realpath } from 'node:fs/promises'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { AppError } from '../errors.ts'
import { destroyOnAbort } from '../lib/destroy-on-abort.ts'
import type { Logger } from '../lib/logger.ts'
import { noContent, otherGeneration, outsideLocation } from './content-errors.ts'
import { inFileThread } from './file-threads.ts'
import { errorCodeOf, localNoAnswer, moveFailed, newFailed } from './local-errors.ts'
import { factsFromStats, whyNoFile } from './local-facts.ts'
import { listLocalRange } from './local-list.ts'
import { lookAtFile } from './local-look.ts'
import { openInside } from './local-path.ts'
import { writeLocalTemporary } from './local-temporary.ts'
import { isWithin, parseAddress } from './location.ts'
import { type KnownContent, type NoAnswer, type ReadOptions, type Store, temporaryFolder } from './store.ts'

export interface LocalStoreOptions {
  log: Logger
  /** Asked before every use, since a link may come in the way of a root at any time. Default: it may lead anywhere. */
  mayLeadTo?: (root: string, realRoot: string) => Promise<boolean>
}

/** A folder of a file system that this machine has mounted. */
export function createLocalStore(root: string, { mayLeadTo }: LocalStoreOptions): Store {
  /** A share that is not mounted must not make its files look gone. */
  const findRealRoot = async () => {
    const realRoot = await realpath(root).catch((error: unknown) => {
      throw new AppError('unavailable', 'The folder of this location cannot be reached; is it mounted?', {
        cause: error,
      })
    })
    if (mayLeadTo === undefined || (await mayLeadTo(root, realRoot))) return realRoot
    throw new AppError('unavailable', 'A link leads the folder of this location to where no location may be')
  }
  const realRootOf = (path: string) => {
    if (!isWithin(root, path)) throw outsideLocation(root, path)
    return findRealRoot()
  }

  const sameFile = (known: KnownContent | undefined) =>
    known && { segments: segmentsBelow(root, known.path), generation: known.generation }

  const store: Store = {
    root,
    listPageSize: null,
    concurrentLooks: 16,

    async stat(path, options = {}) {
      try {
        const realRoot = await realRootOf(path)
        options.onRequest?.()
        return await lookAtFile(realRoot, path, options.checksumUpToBytes ?? 0)
      } catch (error) {
        return noAnswerOf(error)
      }
    },

    async listRange(folder, options = {}) {
      try {
        const realRoot = await realRootOf(folder)
        options.onRequest?.()
        return await listLocalRange(realRoot, folder, options)
      } catch (error) {
        return noAnswerOf(error)
      }
    },

    async readRange(path, options = {}) {
      try {
        return await readLocalFile(await realRootOf(path), path, options)
      } catch (error) {
        throw error instanceof AppError ? error : noContent(path, localNoAnswer(error), error)
      }
    },

    async writeTemporary(content, { signal } = {}) {
      const realRoot = await findRealRoot().catch((error: unknown) => {
        content.destroy()
        throw error
      })
      const unwatch = destroyOnAbort(content, signal)
      try {
        return await writeLocalTemporary(root, realRoot, content)
      } finally {
        unwatch()
      }
    },

    async moveInPlace(temporaryPath, finalPath, { ifAbsent = false, sameAs } = {}) {
      const segments = segmentsBelow(root, finalPath)
      const realRoot = await realRootOf(temporaryPath)
      const options = { ifAbsent, same: sameFile(sameAs) }
      return await inFileThread('moveLocalInPlace', realRoot, temporaryPath, segments, options).catch(
        (error: unknown) => {
          throw moveFailed(error, temporaryPath, finalPath)
        },
      )
    },

    async writeNew(finalPath, content, { sameAs } = {}) {
      const segments = segmentsBelow(root, finalPath)
      const realRoot = await findRealRoot()
      return await inFileThread('writeLocalNew', realRoot, content, segments, sameFile(sameAs)).catch(
        (error: unknown) => {
          throw newFailed(error, finalPath)
        },
      )
    },

    async delete(target) {
      const segments = segmentsBelow(root, target)
      try {
        await inFileThread('deleteLocal', await findRealRoot(), segments)
      } catch (error) {
        if (noAnswerOf(error).state === 'absent') return
        if (error instanceof AppError) throw error
        throw new AppError('unavailable', `"${target}" cannot be deleted (${errorCodeOf(error)})`, {
          cause: error,
        })
      }
    },

    async *listTemporary(olderThan) {
      const folder = path.join(root, temporaryFolder)
      const names = await readdir(folder).catch((error: unknown) => {
        if (localNoAnswer(error).state === 'absent') return []
        throw new AppError('unavailable', localNoAnswer(error).reason, { cause: error })
      })
      for (const name of names) {
        const look = await store.stat(`${folder}/${name}`)
        if (look.state !== 'present' || look.facts.modifiedAt === null) continue
        if (look.facts.modifiedAt < olderThan) yield { path: `${folder}/${name}`, facts: look.facts }
      }
    },

    signedLink: async () => null,
  }
  return store
}

async function readLocalFile(realRoot: string, path: string, options: ReadOptions): Promise<Readable> {
  const inside = await openInside(realRoot, path)
  if ('reason' in inside) throw noContent(path, inside)
  try {
    const notAFile = whyNoFile(inside.stats)
    if (notAFile !== null) throw noContent(path, notAFile)
    const { generation, start = 0, end, signal } = options
    if (generation !== undefined && generation !== factsFromStats(inside.stats).generation) {
      throw otherGeneration(path)
    }
    const handle = await inside.openForReading()
    return handle.createReadStream({ start, ...(end !== undefined && { end }), ...(signal && { signal }) })
  } finally {
    await inside.close()
  }
}

/** The parts of a path below the root, each of which is looked at on its own when something is written. */
function segmentsBelow(root: string, path: string): string[] {
  const outer = parseAddress(root)
  const inner = parseAddress(path)
  if (outer?.kind !== 'posix' || inner?.kind !== 'posix' || !isWithin(root, path)) {
    throw outsideLocation(root, path)
  }
  return inner.segments.slice(outer.segments.length)
}

function noAnswerOf(error: unknown): NoAnswer {
  if (!(error instanceof AppError)) return localNoAnswer(error)
  return { state: error.code === 'not_found' ? 'absent' : 'failed', reason: error.message }
}
