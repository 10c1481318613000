import { orList } from '../lib/english.ts'
import type { Validators } from '../validators/validator.ts'

/** What a definition is held against. */
export interface DefinitionRules {
  /** The types that a slot may allow, each with the largest size that a file of it may have. */
  fileTypes: ReadonlyMap<string, { maxSizeBytes: number }>
  validators: Validators
}

/** `.EPW` is `epw`. */
export function fileTypeOf(text: string): string {
  return text.replace(/^\./, '').toLowerCase()
}

/** As people write them: `XSD, RNG or DTD`. */
export function typeWords(types: readonly string[], list = orList): string {
  return list(types.map((type) => type.toUpperCase()))
}

/** Of the types that are known; undefined where none is. */
export function largestLimit(
  types: readonly string[],
  fileTypes: DefinitionRules['fileTypes'],
): number | undefined {
  const limits = types.flatMap((type) => fileTypes.get(type)?.maxSizeBytes ?? [])
  return limits.length === 0 ? undefined : Math.max(...limits)
}
