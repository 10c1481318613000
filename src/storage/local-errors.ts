import { AppError } from '../errors.ts'
import { alreadyThere, noContent } from './content-errors.ts'
import { type NoAnswer, nothingThere } from './store.ts'

const absences: Record<string, string> = {
  ENOENT: nothingThere.reason,
  ENOTDIR: nothingThere.reason,
  ENAMETOOLONG: `${nothingThere.reason}; it is longer than this file system can hold`,
  EINVAL: `${nothingThere.reason}; this file system cannot hold such a name`,
  EILSEQ: `${nothingThere.reason}; this file system cannot hold such a name`,
  ELOOP: 'The links at this path lead in a circle',
}

export function errorCodeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown'
}

/** What a failed look at the disk means to the person who named the path. */
export function localNoAnswer(error: unknown): NoAnswer {
  const code = errorCodeOf(error)
  const absence = absences[code]
  if (absence !== undefined) return { state: 'absent', reason: absence }
  if (code === 'EACCES' || code === 'EPERM') {
    return { state: 'forbidden', reason: 'The server has no permission to read this path' }
  }
  return { state: 'failed', reason: `The file system could not be asked about this path (${code})` }
}

export function writeFailed(error: unknown): AppError {
  if (error instanceof AppError) return error
  const code = errorCodeOf(error)
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new AppError(
      'unavailable',
      'The file cannot be stored: the disk is full. Free some space and try again',
      {
        cause: error,
      },
    )
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new AppError(
      'unavailable',
      'The file cannot be stored: the server has no permission to write here',
      {
        cause: error,
      },
    )
  }
  return new AppError('unavailable', `The file cannot be stored: the file system failed (${code})`, {
    cause: error,
  })
}

export function newFailed(error: unknown, path: string): AppError {
  return errorCodeOf(error) === 'EEXIST' ? alreadyThere(path) : writeFailed(error)
}

export function moveFailed(error: unknown, from: string, to: string): AppError {
  const code = errorCodeOf(error)
  if (code === 'EEXIST' || code === 'EISDIR' || code === 'ENOTEMPTY') return alreadyThere(to)
  return code === 'ENOENT' ? noContent(from, nothingThere, error) : writeFailed(error)
}
