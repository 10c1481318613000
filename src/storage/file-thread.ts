import { parentPort } from 'node:worker_threads'
import { AppError } from '../errors.ts'
import { errorCodeOf } from './local-errors.ts'
import { deleteLocal, moveLocalInPlace, openLocalTemporary, writeLocalNew } from './local-write.ts'

/* What each thread of file-threads.ts runs: a call at a time. */

/** What can be asked of a thread: arguments and answers are copied. */
const fileCalls = { openLocalTemporary, moveLocalInPlace, writeLocalNew, deleteLocal }
export type FileCalls = typeof fileCalls
export type FileCallName = keyof FileCalls

export interface FileCall {
  name: FileCallName
  args: unknown[]
}

/** An error loses its class and its code on its way between threads. */
export type FileAnswer = { value: unknown } | { error: Error; code: string; isRefusal: boolean }

parentPort?.on('message', (call: FileCall) => parentPort?.postMessage(answerTo(call)))

function answerTo({ name, args }: FileCall): FileAnswer {
  try {
    const call: (...args: never[]) => unknown = fileCalls[name]
    return { value: call(...(args as never[])) }
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown))
    return { error, code: errorCodeOf(error), isRefusal: error instanceof AppError }
  }
}
