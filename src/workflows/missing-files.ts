import { roleSourceOf } from '../validators/role-source.ts'
import { findValidator, type Validators } from '../validators/validator.ts'
import type { SubmissionFault } from './submission-faults.ts'
import type { WorkflowDefinition } from './workflow.table.ts'

export interface MissingContext {
  validators: Validators
  /** Of those that the steps name, the ones the org has. */
  libraryFiles: Pick<ReadonlySet<string>, 'has'>
}

/** Required slots that `given` does not fill, and required roles of steps whose file is nowhere: one fault a place. */
export function missingFiles(
  definition: WorkflowDefinition,
  given: ReadonlySet<string>,
  context: MissingContext,
): SubmissionFault[] {
  const faults = new Map<string, SubmissionFault>()
  for (const [index, step] of definition.steps.entries()) {
    for (const role of findValidator(context.validators, step.validator)?.roles ?? []) {
      if (!role.required) continue
      const source = roleSourceOf(role, step.config)
      const isThere = source.from === 'submitter' ? given.has(source.slot) : hasLibraryFile(source, context)
      if (isThere) continue
      const sentence = `Submission missing required ${role.label}`
      const field = source.from === 'submitter' ? `aux_${source.slot}` : `steps[${index}].config.${role.name}`
      if (!faults.has(field)) faults.set(field, { code: 'invalid', field, message: sentence, sentence })
    }
  }
  for (const { slug, label, required } of definition.auxiliary_file_slots) {
    const field = `aux_${slug}`
    if (!required || given.has(slug) || faults.has(field)) continue
    faults.set(field, { code: 'invalid', field, message: `is required: the workflow asks for "${label}"` })
  }
  return [...faults.values()]
}

function hasLibraryFile(
  { libraryFile }: { libraryFile: string | null },
  { libraryFiles }: MissingContext,
): boolean {
  return libraryFile !== null && libraryFiles.has(libraryFile)
}
