import { AppError } from '../errors.ts'
import type { CliIo } from './io.ts'

/** A server that starts again must not end a watch of many hours; every other error is thrown. */
export function sayWhatPasses(io: CliIo, error: unknown): undefined {
  if (!(error instanceof AppError) || (error.code !== 'unavailable' && error.code !== 'rate_limited'))
    throw error
  io.err.write(`${error.message}; trying again\n`)
}
