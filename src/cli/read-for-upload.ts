import { createReadStream } from 'node:fs'
import { AppError } from '../errors.ts'
import { systemFault } from './system-fault.ts'

/** For a path that elsewhere would mean standard input; an upload announces its size, and may be sent again. */
export function standardInputFault(path: string): string | null {
  return path === '-'
    ? 'is standard input, which is not read here: name a file (one of this name is ./-)'
    : null
}

/** A file's bytes, up to the size that was announced of it; `onBytes` is told of each piece. */
export async function* readForUpload(
  { path, sizeBytes }: { path: string; sizeBytes: number },
  onBytes: (count: number) => void,
): AsyncGenerator<Buffer> {
  if (sizeBytes === 0) return
  let sent = 0
  try {
    for await (const chunk of createReadStream(path, { end: sizeBytes - 1 })) {
      yield chunk
      sent += chunk.length
      onBytes(chunk.length)
    }
  } catch (error) {
    throw new AppError('usage', `"${path}" cannot be read: ${systemFault(error)}`, { cause: error })
  }
  if (sent < sizeBytes) throw new AppError('usage', `"${path}" became shorter while it was sent`)
}
