import { realpath } from 'node:fs/promises'
import { AppError } from '../errors.ts'
import type { Logger } from '../lib/logger.ts'
import { localNoAnswer } from './local-errors.ts'
import { lookAtFile } from './local-facts.ts'
import { isWithin } from './location.ts'
import type { Store } from './store.ts'

export function createLocalStore(root: string, _options: { log: Logger }): Store {
  const notBuilt = async (): Promise<never> => {
    throw new AppError('internal')
  }
  return {
    root,
    listPageSize: null,
    concurrentLooks: 16,
    async stat(path, options = {}) {
      if (!isWithin(root, path)) return { state: 'absent', reason: 'The path lies outside its location' }
      options.onRequest?.()
      try {
        return await lookAtFile(await realpath(root), path, options.checksumUpToBytes ?? 0)
      } catch (error) {
        return localNoAnswer(error)
      }
    },
    listRange: notBuilt,
    readRange: notBuilt,
    writeTemporary: notBuilt,
    moveInPlace: notBuilt,
    delete: notBuilt,
    listTemporary: async function* () {},
    signedLink: async () => null,
  }
}
