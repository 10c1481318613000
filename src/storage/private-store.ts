import { AppError } from '../errors.ts'
import { statusOf } from './gs-errors.ts'
import { errorCodeOf } from './local-errors.ts'
import type { NoAnswer, Store } from './store.ts'

const faults = {
  full: "The server's store is full; whoever runs this server has to free some space, then send it again",
  refused:
    'The server has no permission to use its own store; whoever runs this server has to grant it, then try again',
  unreachable:
    "The server's store cannot be reached; try again, and if that lasts, whoever runs this server has to see to it",
}

/** By the code of a disk's error, or the status that a bucket answered. */
const faultOfCode: Readonly<Record<string, keyof typeof faults>> = {
  ENOSPC: 'full',
  EDQUOT: 'full',
  EACCES: 'refused',
  EPERM: 'refused',
  EROFS: 'refused',
  401: 'refused',
  403: 'refused',
}

/**
 * The private store. What is there was uploaded file by file, and whoever uploads knows nothing of disks and buckets: what
 * fails is told as the server's fault, the driver's own words being the cause.
 */
export function privateStore(store: Store): Store {
  return {
    ...store,
    filesOnly: true,
    stat: async (...call) => inServersWords(await store.stat(...call)),
    listRange: async (...call) => inServersWords(await store.listRange(...call)),
    readRange: (...call) => store.readRange(...call).catch(rethrow),
    moveInPlace: (...call) => store.moveInPlace(...call).catch(rethrow),
    writeNew: (...call) => store.writeNew(...call).catch(rethrow),
    async writeTemporary(content, options) {
      const written = await store.writeTemporary(content, options).catch((error: unknown) => {
        if (error === content.errored) throw error
        return rethrow(error)
      })
      const onDisk = written.onDisk.catch(rethrow)
      onDisk.catch(() => {})
      return { ...written, onDisk }
    },
  }
}

function inServersWords<A extends { state: string }>(answer: A | NoAnswer): A | NoAnswer {
  if (answer.state === 'forbidden') return { state: 'forbidden', reason: faults.refused }
  if (answer.state === 'failed') return { state: 'failed', reason: faults.unreachable }
  return answer
}

function faultOf(cause: unknown): keyof typeof faults {
  return faultOfCode[statusOf(cause) ?? errorCodeOf(cause)] ?? 'unreachable'
}

function rethrow(error: unknown): never {
  if (!(error instanceof AppError) || error.code !== 'unavailable') throw error
  throw new AppError('unavailable', faults[faultOf(error.cause)], {
    cause: error,
  })
}
