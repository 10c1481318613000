import { deleteLocal, moveLocalInPlace, openLocalTemporary, writeLocalNew } from './local-write.ts'

/** What can be asked of a thread: arguments and answers are copied. */
export const fileCalls = { openLocalTemporary, moveLocalInPlace, writeLocalNew, deleteLocal }
export type FileCalls = typeof fileCalls
export type FileCallName = keyof FileCalls

export interface FileCall {
  name: FileCallName
  args: unknown[]
}

/** An error loses its class and its code on its way between threads. */
export type FileAnswer = { value: unknown } | { error: Error; code: string; isRefusal: boolean }
