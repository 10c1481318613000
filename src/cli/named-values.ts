import { AppError, type ErrorDetail, sentenceOfDetails } from '../errors.ts'

/** What a repeatable option `--option NAME=VALUE` was given. */
export interface NamedValue {
  option: string
  name: string
  value: string
}

/** Takes the values of a repeatable option apart at their first `=`. Faults are added to the list. */
export function readNamedValues(
  { option, form, isName = () => true }: { option: string; form: string; isName?: (name: string) => boolean },
  given: readonly string[],
  faults: ErrorDetail[],
): NamedValue[] {
  return given.flatMap((text) => {
    const [name = '', ...rest] = text.split('=')
    if (rest.length > 0 && name !== '' && isName(name)) return [{ option, name, value: rest.join('=') }]
    faults.push({ field: `${option} "${text}"`, message: `has no name; write ${form}` })
    return []
  })
}

/** Two values under one name; nobody could tell which is meant. */
export function twiceFaults(values: readonly NamedValue[]): ErrorDetail[] {
  const seen = new Set<string>()
  return values.flatMap(({ option, name }) => {
    if (!seen.has(name)) {
      seen.add(name)
      return []
    }
    return [{ field: `${option} "${name}"`, message: 'is given twice; give each name once' }]
  })
}

/** Throws one usage error that holds every fault. */
export function refuseOptions(details: readonly ErrorDetail[]): void {
  const [first] = details
  if (first !== undefined) throw new AppError('usage', sentenceOfDetails(first, details.length), { details })
}
