import { AppError } from '../errors.ts'

/** One part of an address. Throws `usage` where there would be no such part, and the call go to another address. */
export function addressPart(text: string, what: string): string {
  if (!['', '.', '..'].includes(text)) return encodeURIComponent(text)
  throw new AppError('usage', `${JSON.stringify(text)} cannot be the name of ${what}`)
}
