import { parentPort } from 'node:worker_threads'
import { AppError } from '../errors.ts'
import { type FileAnswer, type FileCall, fileCalls } from './file-calls.ts'
import { errorCodeOf } from './local-errors.ts'

/* What each thread of file-threads.ts runs: a call at a time. */

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
