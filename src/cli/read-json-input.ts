import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import type { Json } from '../contract/json.ts'
import { AppError } from '../errors.ts'
import type { CliIo } from './io.ts'
import { systemFault } from './system-fault.ts'

/** JSON of a file, or of standard input for `-`. `subject` begins the sentence of a fault: `The job`. */
export async function readJsonInput(io: CliIo, from: string, subject: string): Promise<Json> {
  const name = from === '-' ? 'standard input' : from
  try {
    return JSON.parse(from === '-' ? await text(io.in) : await readFile(from, 'utf8'))
  } catch (error) {
    const fault =
      error instanceof SyntaxError
        ? `is not valid JSON: ${error.message}`
        : `cannot be read: ${systemFault(error)}`
    throw new AppError('usage', `${subject} in ${name} ${fault}`, { cause: error })
  }
}
