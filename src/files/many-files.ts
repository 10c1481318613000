import { AppError } from '../errors.ts'
import { createGate } from '../lib/limit-concurrency.ts'

/** A request of so many files holds the server for some ten seconds; measured with new files and no location. */
const maxFiles = 100_000

/** Eight requests of 100,000 files at once took 2.4 GB of memory; one after another they take 0.9 GB. */
const manyFiles = 10_000
const oneAtATime = createGate(1)

/** Throws `too_large` for a request that names more files than one may. */
export function refuseTooMany(count: number, field: string, instead: string): void {
  if (count <= maxFiles) return
  const message = `name ${count.toLocaleString('en')} files, over the limit of ${maxFiles.toLocaleString('en')}; ${instead}`
  throw new AppError('too_large', `The ${field} ${message}`, { details: [{ field, message }] })
}

/** Requests that name many files are served one after another. */
export function inTurnIfMany<T>(count: number, work: () => Promise<T>): Promise<T> {
  return count > manyFiles ? oneAtATime(work) : work()
}
