import type { ErrorBody } from '../contract/common.ts'
import { AppError, type ErrorCode, type ErrorDetail, errorTable } from '../errors.ts'
import { messageOf, systemCodeOf } from '../lib/system-error.ts'
import { printable } from './display-width.ts'
import { type CliIo, paint } from './io.ts'

/** What helps, where the sentence of the error cannot know it. */
const advice: Partial<Record<ErrorCode, string>> = {
  unauthorized:
    'Set WAYBILL_TOKEN, or name a file with the token in --token-file; an owner makes one with "waybill token create NAME"',
  forbidden: 'Use a token of that role; an owner makes one with "waybill token create NAME --role ROLE"',
  invalid_config:
    'Mend what is named and try again; "waybill doctor" shows what is in force and where it comes from',
  internal: 'The log of the server has the cause; "waybill doctor" looks for common ones',
  rate_limited: 'Wait a little and try again',
  schema_too_new: 'Use the newer Waybill',
}

/** One sentence, a line for each detail, then what to do. With `json` the error as the server would send it. */
export function printError(io: CliIo, error: AppError, json: boolean): void {
  if (json) {
    const body: ErrorBody = { error: error.message, code: error.code, details: [...error.details] }
    io.err.write(`${JSON.stringify(body)}\n`)
    return
  }
  const lines = [
    `${paint(io, io.err, 'red', 'waybill:')} ${printable(error.message)}`,
    ...detailsToPrint(error).map(({ field, message }) => `  ${printable(field)}: ${printable(message)}`),
    ...adviceFor(error),
  ]
  io.err.write(`${lines.join('\n')}\n`)
}

/** A single detail that the sentence says already, with its field, is not said twice. */
function detailsToPrint({ message, details }: AppError): readonly ErrorDetail[] {
  const [only, ...others] = details
  if (only === undefined || others.length > 0) return details
  return message.includes(only.field) && message.includes(only.message) ? [] : details
}

function adviceFor({ code, message }: AppError): string[] {
  if (code === 'forbidden' && message.includes('deployment token')) {
    return ["It is in owner.token in the server's data directory; name a copy of it in --token-file"]
  }
  const words = advice[code]
  return words === undefined ? [] : [words]
}

/** What the system refused (a full disk, a folder that may not be written) in a sentence; the rest is our fault. */
export function appErrorFrom(error: unknown): AppError {
  if (error instanceof AppError) return error
  if (systemCodeOf(error) !== undefined) return new AppError('internal', messageOf(error), { cause: error })
  const trace = error instanceof Error && error.stack !== undefined ? `\n${error.stack}` : ''
  return new AppError('internal', `${errorTable.internal.sentence}: ${messageOf(error)}${trace}`, {
    cause: error,
  })
}
