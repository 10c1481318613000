import {
  defaultMaxSizeBytes,
  type Slot,
  type SlotInput,
  type Step,
  type StepInput,
  type StepPatch,
  type WorkflowPatch,
} from '../contract/workflow.ts'
import { findValidator } from '../validators/validator.ts'
import { type DefinitionRules, fileTypeOf, largestLimit } from './definition-rules.ts'
import type { WorkflowDefinition, WorkflowStep } from './workflow.table.ts'

export const emptyDefinition: WorkflowDefinition = {
  primary_file_types: [],
  auxiliary_file_slots: [],
  steps: [],
}

/** The parts that are given, each as a whole; of an input without faults. */
export function definitionParts(input: WorkflowPatch, rules: DefinitionRules): Partial<WorkflowDefinition> {
  const { primary_file_types: types, auxiliary_file_slots: slots, steps } = input
  return {
    ...(types && { primary_file_types: distinctTypes(types) }),
    ...(slots && { auxiliary_file_slots: slots.map((slot) => slotFromInput(slot, rules)) }),
    ...(steps && { steps: steps.map((step) => stepFromInput(step, rules)) }),
  }
}

export function slotFromInput(input: SlotInput, { fileTypes }: DefinitionRules): Slot {
  const types = distinctTypes(input.allowed_file_types)
  return {
    slug: input.slug,
    label: input.label,
    description: input.description ?? '',
    allowed_file_types: types,
    max_size_bytes:
      input.max_size_bytes ??
      Math.min(defaultMaxSizeBytes, largestLimit(types, fileTypes) ?? defaultMaxSizeBytes),
    required: input.required ?? true,
    order: input.order ?? 0,
  }
}

/** The validator's name is kept as it is registered; without a name of its own the step has the validator's title. */
export function stepFromInput(input: StepInput, { validators }: DefinitionRules): WorkflowStep {
  const kind = findValidator(validators, input.validator)
  return {
    name: input.name ?? kind?.title ?? input.validator,
    validator: kind?.name ?? input.validator,
    config: input.config ?? {},
  }
}

/** A name that was never given is the validator's title, and another validator has another: what equals it counts as not given. */
export function patchedStep(
  { name, ...rest }: WorkflowStep,
  patch: StepPatch,
  { validators }: DefinitionRules,
): StepInput {
  const isOwnName = name !== findValidator(validators, rest.validator)?.title
  return { ...rest, ...(isOwnName || patch.validator === undefined ? { name } : {}), ...patch }
}

/** By `order`, and where that is the same as they were given. */
export function slotsInOrder({ auxiliary_file_slots: slots }: WorkflowDefinition): Slot[] {
  return [...slots].sort((a, b) => a.order - b.order)
}

export function stepsWithIndex({ steps }: WorkflowDefinition): Step[] {
  return steps.map(({ name, validator, config }, index) => ({ index, name, validator, config }))
}

function distinctTypes(types: readonly string[]): string[] {
  return [...new Set(types.map(fileTypeOf))]
}
