import { AppError } from '../errors.ts'
import type { NoAnswer } from './store.ts'

/** The error for content that cannot be had, from the verdict of a look. */
export function noContent(path: string, answer: NoAnswer, cause?: unknown): AppError {
  const code = answer.state === 'absent' ? 'not_found' : 'unavailable'
  return new AppError(code, `"${path}" cannot be read: ${answer.reason}`, { cause })
}

export function otherGeneration(path: string): AppError {
  return new AppError(
    'not_found',
    `"${path}" cannot be read: the file there is no longer the one that was recorded`,
  )
}

export function outsideLocation(root: string, path: string): AppError {
  return new AppError('not_found', `"${path}" lies outside of the location "${root}"`)
}

export function alreadyThere(path: string): AppError {
  return new AppError('conflict', `There is already a file at "${path}"`)
}
