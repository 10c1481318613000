import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { AppError, type ErrorCode } from '../errors.ts'
import type { FileAnswer, FileCall, FileCallName, FileCalls } from './file-thread.ts'

/*
 * Threads that make many calls of the file system for one message. A file in its place takes some twenty, and to hand
 * each to a thread and be woken by its answer costs several times the call: see docs/performance.md. They start when
 * they are first needed, hold no process back from its end, and share its descriptors.
 */

/** So many wait for a disk at a time. Each holds 9 MB; with four, small uploads took 1.1 times as long as with two. */
const mostThreads = 2

interface Waiting {
  call: FileCall
  resolve(value: unknown): void
  reject(error: unknown): void
}

interface Thread {
  do(work: Waiting): void
}

const waiting: Waiting[] = []
const idle: Thread[] = []
let running = 0

export function inFileThread<N extends FileCallName>(
  name: N,
  ...args: Parameters<FileCalls[N]>
): Promise<ReturnType<FileCalls[N]>> {
  return new Promise((resolve, reject) => {
    waiting.push({
      call: { name, args },
      resolve: (value) => resolve(value as ReturnType<FileCalls[N]>),
      reject,
    })
    giveOut()
  })
}

function giveOut(): void {
  while (waiting.length > 0) {
    const thread = idle.pop() ?? (running < mostThreads ? startThread() : undefined)
    const next = thread && waiting.shift()
    if (next === undefined) return
    thread?.do(next)
  }
}

function startThread(): Thread {
  const worker = new Worker(new URL(`./file-thread${extname(import.meta.url)}`, import.meta.url), {
    // What one opens another closes.
    trackUnmanagedFds: false,
  })
  running += 1
  let current: Waiting | null = null
  let fault: unknown
  const thread: Thread = {
    do(work) {
      current = work
      worker.ref()
      worker.postMessage(work.call)
    },
  }
  worker.on('message', (answer: FileAnswer) => {
    const done = current
    current = null
    worker.unref()
    idle.push(thread)
    if (done !== null) settle(done, answer)
    giveOut()
  })
  worker.on('error', (error) => {
    fault = error
  })
  worker.on('exit', () => {
    running -= 1
    const place = idle.indexOf(thread)
    if (place >= 0) idle.splice(place, 1)
    current?.reject(new Error('A thread for files ended', { cause: fault }))
    giveOut()
  })
  return thread
}

function settle({ resolve, reject }: Waiting, answer: FileAnswer): void {
  if ('value' in answer) resolve(answer.value)
  else reject(errorFrom(answer))
}

function errorFrom({ error, code, isRefusal }: Extract<FileAnswer, { error: Error }>): Error {
  if (isRefusal) return new AppError(code as ErrorCode, error.message, { cause: error.cause })
  return Object.assign(error, { code })
}
