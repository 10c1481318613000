/**
 * The one table of error codes: what each means over HTTP, as an exit code of the CLI, and in words.
 * `docs/errors.md` lists exactly these; a test holds the two together.
 */
export const errorTable = {
  malformed_request: { status: 400, exit: 2, sentence: 'The request cannot be read' },
  invalid_query: { status: 400, exit: 2, sentence: 'A parameter of the address is not valid' },
  unauthorized: { status: 401, exit: 4, sentence: 'Unauthorized' },
  forbidden: { status: 403, exit: 4, sentence: 'The role of this token is too low for this call' },
  not_found: { status: 404, exit: 5, sentence: 'Not found' },
  conflict: { status: 409, exit: 2, sentence: 'The request clashes with what stands' },
  too_large: { status: 413, exit: 2, sentence: 'The request is over a limit' },
  unsupported_type: { status: 415, exit: 2, sentence: 'This type is not allowed here' },
  invalid: { status: 422, exit: 2, sentence: 'The request is not valid' },
  idempotency_mismatch: {
    status: 422,
    exit: 2,
    sentence: 'This Idempotency-Key was used before with other content',
  },
  rate_limited: { status: 429, exit: 6, sentence: 'Too many requests' },
  usage: { status: 400, exit: 2, sentence: 'The command cannot be understood' },
  differs: { status: 409, exit: 1, sentence: 'What is there is not what the ledger says' },
  internal: { status: 500, exit: 3, sentence: 'Waybill failed; the request left nothing behind' },
  unavailable: { status: 503, exit: 6, sentence: 'A part that Waybill needs cannot answer now' },
  invalid_config: { status: 500, exit: 2, sentence: 'The configuration is not valid' },
  database_start_failed: { status: 503, exit: 3, sentence: 'The database cannot be started' },
  data_dir_in_use: { status: 409, exit: 7, sentence: 'Another server uses this data directory' },
  schema_too_new: { status: 500, exit: 3, sentence: 'The database was made by a newer Waybill' },
  interrupted: { status: 500, exit: 130, sentence: 'Interrupted' },
} as const satisfies Record<string, { status: number; exit: number; sentence: string }>

export type ErrorCode = keyof typeof errorTable

/** One fault of a request: where it is, and what is wrong and needed. */
export interface ErrorDetail {
  field: string
  message: string
}

/** So many faults of one request are collected; more are not looked for. */
export const maxFaults = 1000

/** A fault of a request that may have others of other codes beside it. */
export interface Fault extends ErrorDetail {
  code: FaultCode
}

/** The gravest first: it gives an answer that holds several faults its status. */
const faultCodes = ['too_large', 'unsupported_type', 'invalid'] as const
export type FaultCode = (typeof faultCodes)[number]

/** The only error that crosses a module boundary. `message` goes to the client as it is. */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly details: readonly ErrorDetail[]

  constructor(
    code: ErrorCode,
    message: string = errorTable[code].sentence,
    options: { details?: readonly ErrorDetail[]; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'AppError'
    this.code = code
    this.details = options.details ?? []
  }
}

/** All faults of a request in one error; its code is the gravest one's, its sentence the first of those. */
export function errorOfFaults(faults: readonly [Fault, ...Fault[]]): AppError {
  const code = faultCodes.find((candidate) => faults.some((fault) => fault.code === candidate)) ?? 'invalid'
  const gravest = faults.find((fault) => fault.code === code) ?? faults[0]
  const details = faults.map(({ field, message }) => ({ field, message }))
  return new AppError(code, sentenceOfDetails(gravest, details.length), { details })
}

/** `casefiles[0].path is required (and 2 more)`; a fault without a field is the body's. */
export function sentenceOfDetails(first: ErrorDetail, count: number): string {
  return `${first.field === '' ? 'The body' : first.field} ${first.message}${moreThanOne(count)}`
}

/** What a sentence about the first of several ends with. */
export function moreThanOne(count: number): string {
  return count > 1 ? ` (and ${count - 1} more)` : ''
}
