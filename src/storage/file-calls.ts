import { deleteLocal, moveLocalInPlace, openLocalTemporary, writeLocalNew } from './local-write.ts'

/** What can be asked of a thread: arguments and answers are copied. */
export const fileCalls = { openLocalTemporary, moveLocalInPlace, writeLocalNew, deleteLocal }
export type FileCalls = typeof fileCalls
export type FileCallName = keyof FileCalls

export interface FileCall {
  name: FileCallName
  args: unknown[]
}

/** An error loses its class on its way between threads, and what it has beside its message. */
export type FileAnswer = { value: unknown } | { error: Error; code: string | undefined; isRefusal: boolean }
