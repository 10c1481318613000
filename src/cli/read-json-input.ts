import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import type { Json } from '../contract/json.ts'
import { AppError } from '../errors.ts'
import type { CliIo } from './io.ts'
import { systemFault } from './system-fault.ts'

/** JSON of a file, or of standard input for `-`; a byte order mark is fine, as it is for the API. `subject` begins the sentence of a fault: `The job`. */
export async function readJsonInput(io: CliIo, from: string, subject: string): Promise<Json> {
  const name = from === '-' ? 'standard input' : from
  try {
    const written = from === '-' ? await text(io.in) : await readFile(from, 'utf8')
    return JSON.parse(written.replace(/^\uFEFF/, ''))
  } catch (error) {
    const fault =
      error instanceof SyntaxError
        ? `is not valid JSON: ${error.message}`
        : `cannot be read: ${systemFault(error)}`
    throw new AppError('usage', `${subject} in ${name} ${fault}`, { cause: error })
  }
}
