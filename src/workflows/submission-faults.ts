import { AppError, errorOfFaults, type Fault } from '../errors.ts'

/** A fault of one part; `sentence` is what the whole answer says where this is among its gravest. */
export interface SubmissionFault extends Fault {
  sentence?: string
}

/** Thrown for what is over a limit: nothing past that is read, stored or checked. */
export class OverLimit extends Error {
  readonly fault: SubmissionFault
  constructor(field: string, message: string) {
    super(message)
    this.fault = { code: 'too_large', field, message }
  }
}

/** All faults at once, under the gravest one's status. */
export function refusalOf(faults: readonly [SubmissionFault, ...SubmissionFault[]]): AppError {
  const error = errorOfFaults(faults)
  const sentence = faults.find((fault) => fault.code === error.code && fault.sentence)?.sentence
  return sentence === undefined ? error : new AppError(error.code, sentence, { details: error.details })
}
