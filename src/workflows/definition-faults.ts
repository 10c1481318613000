import { detailsOfFaults, ifGiven, nameFault, textFault } from '../access/faults.ts'
import type { SlotInput, StepInput } from '../contract/workflow.ts'
import type { ErrorDetail } from '../errors.ts'
import { orList } from '../lib/english.ts'
import { joinField } from '../lib/join-field.ts'
import { configFaults } from '../validators/role-source.ts'
import { findValidator } from '../validators/validator.ts'
import { type DefinitionRules, fileTypeOf, largestLimit } from './definition-rules.ts'

/** What the schema cannot say of slots that are given as a whole. */
export function slotListFaults(slots: readonly SlotInput[], rules: DefinitionRules): ErrorDetail[] {
  const firsts = new Map<string, number>()
  return slots.flatMap((slot, index) => {
    const field = joinField('auxiliary_file_slots', index)
    const first = firsts.get(slot.slug)
    if (first === undefined) firsts.set(slot.slug, index)
    const twice = first === undefined ? null : `"${slot.slug}" is the slug of slot ${first} too; give another`
    return [...detailsOfFaults({ [joinField(field, 'slug')]: twice }), ...slotFaults(slot, rules, field)]
  })
}

/** `field` is the slot's place in the body; empty where the body is the slot. */
export function slotFaults(slot: SlotInput, { fileTypes }: DefinitionRules, field: string): ErrorDetail[] {
  const types = slot.allowed_file_types.map(fileTypeOf)
  const known = [...fileTypes.keys()]
  const typeFaults = types.map((type, index) => [
    joinField(joinField(field, 'allowed_file_types'), index),
    fileTypes.has(type) ? null : `"${type}" is no type of an auxiliary file; there are ${known.join(', ')}`,
  ])
  const limit = largestLimit(types, fileTypes)
  const size = slot.max_size_bytes
  const isOver = limit !== undefined && size !== undefined && size > limit
  return detailsOfFaults({
    [joinField(field, 'label')]: nameFault(slot.label),
    [joinField(field, 'description')]: ifGiven(slot.description, textFault),
    ...Object.fromEntries(typeFaults),
    [joinField(field, 'max_size_bytes')]: isOver
      ? `must be at most ${limit}, the limit of ${orList(types.filter((type) => fileTypes.has(type)))}, not ${size}`
      : null,
  })
}

export function stepListFaults(steps: readonly StepInput[], rules: DefinitionRules): ErrorDetail[] {
  return steps.flatMap((step, index) => stepFaults(step, rules, joinField('steps', index)))
}

/** `field` is the step's place in the body; empty where the body is the step. */
export function stepFaults(step: StepInput, { validators }: DefinitionRules, field: string): ErrorDetail[] {
  const name = detailsOfFaults({ [joinField(field, 'name')]: ifGiven(step.name, nameFault) })
  const kind = findValidator(validators, step.validator)
  if (kind !== undefined) {
    return [...name, ...configFaults(kind, step.config ?? {}, joinField(field, 'config'))]
  }
  const message = `there is no validator "${step.validator}"; there are ${[...validators.keys()].join(', ')}`
  return [{ field: joinField(field, 'validator'), message }, ...name]
}
