import { type Static, Type } from 'typebox'
import { allOptional, closed, Id, Name, nullable, PageQuery, pageOf, SizeBytes, Time } from './common.ts'
import type { JsonObject } from './json.ts'
import { OrgParam } from './org.ts'

export const maxSlots = 3
export const maxSteps = 100
/** Of a slot that names no limit: 10 MB. */
export const defaultMaxSizeBytes = 10 * 1_048_576

/** The description ends a sentence that begins with "must". */
const Slug = Type.String({
  pattern: '^[-a-zA-Z0-9_]{1,50}$',
  description: 'be 1 to 50 letters, digits, hyphens and underscores',
})
/** An extension; a dot before it and capitals are taken and not kept. */
const FileType = Type.String({
  pattern: '^\\.?[a-zA-Z0-9][-+_.a-zA-Z0-9]{0,19}$',
  description: 'be an extension such as "epw", of at most 20 characters',
})
const Description = Type.String({ maxLength: 10_000 })
const largestInt = 2_147_483_647

export const Slot = closed(
  {
    slug: Type.String(),
    label: Type.String(),
    description: Type.String(),
    allowed_file_types: Type.Array(Type.String()),
    max_size_bytes: SizeBytes,
    required: Type.Boolean(),
    order: Type.Integer({ minimum: 0 }),
  },
  { title: 'Slot' },
)
export type Slot = Static<typeof Slot>

const slot = {
  slug: Slug,
  label: Type.String({ minLength: 1, maxLength: 100 }),
  allowed_file_types: Type.Array(FileType, { minItems: 1, maxItems: 20 }),
}
const slotDefaults = {
  description: Description,
  max_size_bytes: Type.Integer({
    minimum: 1,
    maximum: largestInt,
    description: '10 MB unless given; at most the largest limit of the types that are allowed',
  }),
  required: Type.Boolean({ description: 'true unless given' }),
  order: Type.Integer({ minimum: 0, maximum: largestInt, description: '0 unless given' }),
}
export const SlotInput = closed({ ...slot, ...allOptional(slotDefaults) }, { title: 'SlotInput' })
export type SlotInput = Static<typeof SlotInput>

export const SlotPatch = closed(allOptional({ ...slot, ...slotDefaults }), { title: 'SlotPatch' })
export type SlotPatch = Static<typeof SlotPatch>

const Config = Type.Unsafe<JsonObject>({
  type: 'object',
  description: 'For any role R of the validator: R_source, R and R_slot say where its file comes from',
})
const step = { name: Name, validator: Type.String({ minLength: 1, maxLength: 100 }), config: Config }
export const Step = closed({ index: Type.Integer({ minimum: 0 }), ...step }, { title: 'Step' })
export type Step = Static<typeof Step>

export const StepInput = closed(
  { validator: step.validator, name: Type.Optional(Name), config: Type.Optional(Config) },
  { title: 'StepInput' },
)
export type StepInput = Static<typeof StepInput>

export const StepPatch = closed(allOptional(step), { title: 'StepPatch' })
export type StepPatch = Static<typeof StepPatch>

export const Warning = closed(
  {
    step: nullable(Type.Integer({ minimum: 0 })),
    slot: nullable(Type.String()),
    code: Type.String({ examples: ['slot_missing'] }),
    message: Type.String(),
  },
  { title: 'Warning' },
)
export type Warning = Static<typeof Warning>

const warnings = { warnings: Type.Array(Warning) }
/** What a write of one slot or step answers: with the warnings of the workflow as it now is. */
export const SlotWritten = closed({ ...Slot.properties, ...warnings }, { title: 'SlotWritten' })
export type SlotWritten = Static<typeof SlotWritten>
export const StepWritten = closed({ ...Step.properties, ...warnings }, { title: 'StepWritten' })
export type StepWritten = Static<typeof StepWritten>

const definition = {
  primary_file_types: Type.Array(FileType, { maxItems: 20, description: 'None means any' }),
  auxiliary_file_slots: Type.Array(SlotInput, { maxItems: maxSlots }),
  steps: Type.Array(StepInput, { maxItems: maxSteps }),
}
const changeable = { slug: Slug, name: Name, description: Description, ...definition }

export const WorkflowInput = closed({ ...allOptional(changeable), name: Name }, { title: 'WorkflowInput' })
export type WorkflowInput = Static<typeof WorkflowInput>

export const WorkflowPatch = closed(allOptional(changeable), { title: 'WorkflowPatch' })
export type WorkflowPatch = Static<typeof WorkflowPatch>

export const Workflow = closed(
  {
    id: Id,
    slug: Type.String(),
    name: Name,
    description: Type.String(),
    version: Type.Integer({ minimum: 1 }),
    primary_file_types: Type.Array(Type.String()),
    auxiliary_file_slots: Type.Array(Slot),
    steps: Type.Array(Step),
    ...warnings,
    created_at: Time,
    updated_at: Time,
  },
  { title: 'Workflow' },
)
export type Workflow = Static<typeof Workflow>

export const WorkflowCheck = closed(
  {
    ok: Type.Boolean(),
    ...warnings,
    summary: Type.String({ examples: ['2 warnings in 1 of 3 steps'] }),
  },
  { title: 'WorkflowCheck' },
)
export type WorkflowCheck = Static<typeof WorkflowCheck>

export const WorkflowPage = pageOf(Workflow)
export const SlotPage = pageOf(Slot)
export const StepPage = pageOf(Step)
export const WorkflowPageQuery = closed(PageQuery)

export const OrgParams = closed({ org: OrgParam })
export type OrgParams = Static<typeof OrgParams>
const workflow = { org: OrgParam, id: Type.String({ description: 'The slug or the id of the workflow' }) }
export const WorkflowParams = closed(workflow)
export type WorkflowParams = Static<typeof WorkflowParams>
export const SlotParams = closed({ ...workflow, slug: Type.String() })
export const StepParams = closed({ ...workflow, index: Type.Integer({ minimum: 0 }) })
