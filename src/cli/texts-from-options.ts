import type { ErrorDetail } from '../errors.ts'
import { readNamedValues, refuseOptions, twiceFaults } from './named-values.ts'

/** What a repeatable `--option NAME=TEXT` describes. Every value is text: nobody has to guess which `0012` is a number. */
export function textsFromOptions(option: string, given: readonly string[]): Record<string, string> {
  const faults: ErrorDetail[] = []
  const texts = readTexts(option, given, faults)
  refuseOptions(faults)
  return texts
}

/** The same, for who has other faults to tell beside: they are added to the list. */
export function readTexts(
  option: string,
  given: readonly string[],
  faults: ErrorDetail[],
): Record<string, string> {
  const values = readNamedValues({ option, form: 'NAME=TEXT' }, given, faults)
  faults.push(...twiceFaults(values))
  return Object.fromEntries(values.map(({ name, value }) => [name, value]))
}
