import type { ValidatorRole } from '../contract/validator.ts'
import type { Slot, Warning } from '../contract/workflow.ts'
import { andList, counted, withArticle } from '../lib/english.ts'
import { roleSourceOf } from '../validators/role-source.ts'
import { findValidator, type Validators } from '../validators/validator.ts'
import { fileTypeOf, typeWords } from './definition-rules.ts'
import type { WorkflowDefinition, WorkflowStep } from './workflow.table.ts'

export interface WarningContext {
  validators: Validators
  /** Those of `libraryFilesIn` that the org has. */
  libraryFiles: Pick<ReadonlySet<string>, 'has'>
}

/**
 * What an author should know before a submitter finds out: each role of each step against the slots and the library, and
 * then the slots that nothing uses. Pure: the same definition gets the same warnings, in the same order.
 *
 * | code                     | the step or slot                                                   |
 * |--------------------------|--------------------------------------------------------------------|
 * | `slot_missing`           | takes a file from submitters by a slot that the workflow lacks      |
 * | `slot_type_mismatch`     | takes it by a slot that allows none of the types that it can read   |
 * | `slot_types_wider`       | takes it by a slot that also allows types that it cannot read       |
 * | `slot_optional`          | needs it, and submitters may leave it out                           |
 * | `library_file_not_named` | needs it from the library, and names none                           |
 * | `library_file_unknown`   | names one that the library has not                                  |
 * | `library_file_type`      | names one of a type that it cannot read                             |
 * | `validator_unknown`      | runs a validator that is no longer registered                       |
 * | `slot_unused`            | is filled by submitters for nothing                                 |
 */
export function authorWarnings(definition: WorkflowDefinition, context: WarningContext): Warning[] {
  const used = new Set<string>()
  const ofSteps = definition.steps.flatMap((step, index) => {
    const kind = findValidator(context.validators, step.validator)
    if (kind === undefined) {
      return [warning('validator_unknown', { step: index }, `There is no validator '${step.validator}'.`)]
    }
    if (kind.takesEveryFile) for (const slot of definition.auxiliary_file_slots) used.add(slot.slug)
    return kind.roles.flatMap((role) => {
      const source = roleSourceOf(role, step.config)
      if (source.from === 'workflow') return libraryWarnings(index, role, source.libraryFile, context)
      used.add(source.slot)
      return slotWarnings(index, role, source.slot, definition.auxiliary_file_slots)
    })
  })
  const unused = definition.auxiliary_file_slots.filter((slot) => !used.has(slot.slug))
  return [
    ...ofSteps,
    ...unused.map(({ slug }) => warning('slot_unused', { slot: slug }, `No step uses the '${slug}' slot.`)),
  ]
}

/** The library files that the steps name. */
export function libraryFilesIn(steps: readonly WorkflowStep[], validators: Validators): string[] {
  return steps.flatMap((step) =>
    (findValidator(validators, step.validator)?.roles ?? []).flatMap((role) => {
      const source = roleSourceOf(role, step.config)
      return source.from === 'workflow' && source.libraryFile !== null ? source.libraryFile : []
    }),
  )
}

/** `2 warnings in 1 of 3 steps`; of slots, if they have any, `3 warnings in 1 of 3 steps and 1 of 2 slots`. */
export function summaryOf(definition: WorkflowDefinition, warnings: readonly Warning[]): string {
  if (warnings.length === 0) return 'No warnings'
  const steps = new Set(warnings.flatMap(({ step }) => step ?? []))
  const slots = new Set(warnings.flatMap(({ step, slot }) => (step === null && slot !== null ? slot : [])))
  const places = [
    steps.size > 0 && `${steps.size} of ${counted(definition.steps.length, 'step')}`,
    slots.size > 0 && `${slots.size} of ${counted(definition.auxiliary_file_slots.length, 'slot')}`,
  ].filter((place) => place !== false)
  return `${counted(warnings.length, 'warning')} in ${places.join(' and ')}`
}

function slotWarnings(step: number, role: ValidatorRole, slug: string, slots: readonly Slot[]): Warning[] {
  const slot = slots.find((candidate) => candidate.slug === slug)
  const file = withArticle(role.label)
  const place = { step, slot: slug }
  if (slot === undefined) {
    return [
      warning(
        'slot_missing',
        place,
        `This step requires submitters to provide ${file}, but the workflow has no '${slug}' auxiliary file slot configured.`,
      ),
    ]
  }
  const others = slot.allowed_file_types.filter((type) => !role.file_types.includes(type))
  const isReadable = others.length < slot.allowed_file_types.length
  const typeMismatch = `The '${slug}' slot does not allow ${typeWords(role.file_types)} files.`
  const wider = `The '${slug}' slot also allows ${typeWords(others, andList)} files, which this step cannot read.`
  const optional = `This step requires ${file}, but the '${slug}' slot is optional: a submission may come without.`
  return [
    ...(isReadable ? [] : [warning('slot_type_mismatch', place, typeMismatch)]),
    ...(isReadable && others.length > 0 ? [warning('slot_types_wider', place, wider)] : []),
    ...(role.required && !slot.required ? [warning('slot_optional', place, optional)] : []),
  ]
}

function libraryWarnings(
  step: number,
  role: ValidatorRole,
  name: string | null,
  { libraryFiles }: WarningContext,
): Warning[] {
  if (name === null) {
    if (!role.required) return []
    const message = `This step requires ${withArticle(role.label)}, but names none: set '${role.name}' to a file of the library, or '${role.name}_source' to 'submitter'.`
    return [warning('library_file_not_named', { step }, message)]
  }
  if (!libraryFiles.has(name)) {
    return [warning('library_file_unknown', { step }, `The library has no file '${name}'.`)]
  }
  const extension = fileTypeOf(/\.[^.]*$/.exec(name)?.[0] ?? '')
  if (role.file_types.includes(extension)) return []
  const message = `The library file '${name}' is not ${withArticle(typeWords(role.file_types))} file.`
  return [warning('library_file_type', { step }, message)]
}

function warning(code: string, place: { step?: number; slot?: string }, message: string): Warning {
  return { step: place.step ?? null, slot: place.slot ?? null, code, message }
}
