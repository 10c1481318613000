import type { ValidatorRole } from '../contract/validator.ts'

/** A tool that a step runs, and the files that it needs beside the primary one. */
export interface ValidatorKind {
  name: string
  /** As people call it: the name of a step that has none of its own. */
  title: string
  description: string
  roles: readonly ValidatorRole[]
  /** It is handed every file of a submission, so no slot is idle beside it. */
  takesEveryFile?: true
}

/** By their names, which are in lower case. */
export type Validators = ReadonlyMap<string, ValidatorKind>

/** Under its name in any case: ENERGYPLUS is energyplus. */
export function findValidator(validators: Validators, name: string): ValidatorKind | undefined {
  return validators.get(name.toLowerCase())
}
