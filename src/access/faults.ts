import { AppError, type ErrorDetail, sentenceOfDetails } from '../errors.ts'

/** What a schema cannot say of a text that a person chose; null where it may stand. */
export function textFault(text: string): string | null {
  if (text.includes('\0')) return 'contains a NUL character; remove it'
  if (!text.isWellFormed()) return 'is not valid Unicode: it has half of a surrogate pair'
  return null
}

/** Of a name: one line that a person can see. */
export function nameFault(name: string): string | null {
  if (name.trim() === '') return 'is blank; give a name'
  return textFault(name) ?? (/\p{Cc}/u.test(name) ? 'contains a control character; remove it' : null)
}

/** Throws one error that holds every fault; fields that are not given are not looked at. */
export function refuseFaults(faults: Record<string, string | null | undefined>): void {
  refuseDetails(detailsOfFaults(faults))
}

/** The fields that have a fault, for who finds others of another kind beside them. */
export function detailsOfFaults(faults: Record<string, string | null | undefined>): ErrorDetail[] {
  return Object.entries(faults).flatMap(([field, message]) => (message == null ? [] : { field, message }))
}

/** Throws one error that holds every detail, if there is one. */
export function refuseDetails(
  details: readonly ErrorDetail[],
  code: 'invalid' | 'invalid_query' = 'invalid',
): void {
  const [first] = details
  if (first === undefined) return
  throw new AppError(code, sentenceOfDetails(first, details.length), { details })
}

/** Runs `check` on what was given. */
export function ifGiven<T>(value: T | null | undefined, check: (value: T) => string | null): string | null {
  return value === undefined || value === null ? null : check(value)
}
