import type { JsonObject } from '../../contract/json.ts'
import type { ErrorDetail } from '../../errors.ts'
import { readNamedValues, refuseOptions, twiceFaults } from './named-values.ts'

/** What `--meta NAME=TEXT` describes. Every value is text: nobody has to guess which `0012` is a number. */
export function metaFromOptions(given: readonly string[]): JsonObject {
  const faults: ErrorDetail[] = []
  const values = readNamedValues({ option: '--meta', form: 'NAME=TEXT' }, given, faults)
  refuseOptions([...faults, ...twiceFaults(values)])
  return Object.fromEntries(values.map(({ name, value }) => [name, value]))
}
