import type { ValidatorRole } from '../contract/validator.ts'
import { withArticle } from '../lib/english.ts'
import { roleSourceOf } from '../validators/role-source.ts'
import { findValidator, type Validators } from '../validators/validator.ts'
import { typeWords } from './definition-rules.ts'
import type { CurrentLibraryFile } from './library.repository.ts'
import type { Received } from './receive-submission.ts'
import type { SubmissionFault } from './submission-faults.ts'
import type { WorkflowDefinition, WorkflowStep } from './workflow.table.ts'

export interface FileContext {
  validators: Validators
  /** Of those that the steps name, the ones the org has. */
  libraryFiles: ReadonlyMap<string, Pick<CurrentLibraryFile, 'fileType'>>
}

type Brought = Pick<Received, 'files' | 'given' | 'isWhole'>

/**
 * What the steps find wrong with their files: a required one that is nowhere, and any that is of a type that its step
 * cannot read; then the required slots that are left. One fault a slot and one a library file, however many steps take it.
 */
export function fileFaults(
  definition: WorkflowDefinition,
  brought: Brought,
  context: FileContext,
): SubmissionFault[] {
  const faults = new Map<string, SubmissionFault>()
  const add = (place: string, fault: Omit<SubmissionFault, 'code'> | null) => {
    if (fault !== null && !faults.has(place)) faults.set(place, { code: 'invalid', ...fault })
  }
  for (const [index, step] of definition.steps.entries()) {
    for (const role of findValidator(context.validators, step.validator)?.roles ?? []) {
      const source = roleSourceOf(role, step.config)
      if (source.from === 'submitter') {
        const field = `aux_${source.slot}`
        add(field, slotFault(field, { step, role, slot: source.slot }, brought))
      } else {
        const field = `steps[${index}].config.${role.name}`
        const name = source.libraryFile
        add(
          name === null ? `unnamed ${role.label}` : `library ${name}`,
          libraryFault(field, { step, role, name }, context),
        )
      }
    }
  }
  for (const { slug, label, required } of definition.auxiliary_file_slots) {
    const field = `aux_${slug}`
    const isLeft = required && brought.isWhole && !brought.given.has(slug)
    add(field, isLeft ? { field, message: `is required: the workflow asks for "${label}"` } : null)
  }
  return [...faults.values()]
}

function slotFault(
  field: string,
  { step, role, slot }: { step: WorkflowStep; role: ValidatorRole; slot: string },
  { files, given, isWhole }: Brought,
): Omit<SubmissionFault, 'code'> | null {
  const file = files.find((one) => one.slot === slot)
  if (file === undefined) {
    const sentence = missing(role)
    return role.required && isWhole && !given.has(slot) ? { field, message: sentence, sentence } : null
  }
  const type = file.fileType
  // Without a type it has a fault of its own.
  if (type === null || role.file_types.includes(type)) return null
  const found = `${JSON.stringify(file.originalName)} is ${withArticle(typeWords([type]))} file`
  return {
    field,
    message: `${found}; the step "${step.name}" takes ${typeWords(role.file_types)} files from this slot`,
  }
}

function libraryFault(
  field: string,
  { step, role, name }: { step: WorkflowStep; role: ValidatorRole; name: string | null },
  { libraryFiles }: FileContext,
): Omit<SubmissionFault, 'code'> | null {
  const file = name === null ? undefined : libraryFiles.get(name)
  if (file === undefined) {
    if (!role.required) return null
    const message =
      name === null
        ? `The step "${step.name}" names no ${role.label}; the author of the workflow has to name one of the library`
        : `The library has no file '${name}'; the author of the workflow has to upload it or name another`
    return { field, message, sentence: missing(role) }
  }
  if (role.file_types.includes(file.fileType)) return null
  const found = `names the library file ${JSON.stringify(name)}, which is ${withArticle(typeWords([file.fileType]))} file`
  const needed = `the step "${step.name}" takes ${typeWords(role.file_types)} files`
  return { field, message: `${found}; ${needed}: the author of the workflow has to name another` }
}

function missing({ label }: ValidatorRole): string {
  return `Submission missing required ${label}`
}
