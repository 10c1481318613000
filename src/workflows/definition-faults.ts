import { detailsOfFaults, nameFault, textFault } from '../access/faults.ts'
import type { JsonObject } from '../contract/json.ts'
import type { ErrorDetail } from '../errors.ts'
import { orList } from '../lib/english.ts'
import { joinField } from '../lib/join-field.ts'
import { sizeWords } from '../lib/size-words.ts'
import { configFaults } from '../validators/role-source.ts'
import { findValidator } from '../validators/validator.ts'
import { type DefinitionRules, fileTypeOf, largestLimit } from './definition-rules.ts'
import { slugFault } from './workflow-slug.ts'

/** More than any list may have, which is its schema's to say. */
const lookedAt = 100

/**
 * What the schema cannot say of the body of a workflow. The body may be one that the schema refuses: what is not of
 * its type is passed over here, so that all faults can come in one answer.
 */
export function workflowFaults(body: unknown, rules: DefinitionRules): ErrorDetail[] {
  const { slug, name, description, auxiliary_file_slots: slots, steps } = fieldsOf(body)
  return [
    ...detailsOfFaults({
      slug: ofText(slug, slugFault),
      name: ofText(name, nameFault),
      description: ofText(description, textFault),
    }),
    ...slugsTwice(itemsOf(slots).map((slot) => fieldsOf(slot).slug)),
    ...itemsOf(slots).flatMap((slot, at) => slotFaults(slot, rules, joinField('auxiliary_file_slots', at))),
    ...itemsOf(steps).flatMap((step, at) => stepFaults(step, rules, joinField('steps', at))),
  ]
}

/** `field` is the slot's place in the body; empty where the body is the slot. */
export function slotFaults(body: unknown, { fileTypes }: DefinitionRules, field = ''): ErrorDetail[] {
  const { label, description, allowed_file_types, max_size_bytes: size } = fieldsOf(body)
  const types = itemsOf(allowed_file_types).map((type) => (typeof type === 'string' ? fileTypeOf(type) : ''))
  const known = [...fileTypes.keys()]
  const typeFaults = types.map((type, at) => [
    joinField(joinField(field, 'allowed_file_types'), at),
    type === '' || fileTypes.has(type)
      ? null
      : `"${type}" is no type of an auxiliary file; there are ${known.join(', ')}`,
  ])
  const limit = largestLimit(types, fileTypes)
  const isOver = limit !== undefined && typeof size === 'number' && size > limit
  const limited = types.filter((type) => fileTypes.has(type))
  return detailsOfFaults({
    [joinField(field, 'label')]: ofText(label, nameFault),
    [joinField(field, 'description')]: ofText(description, textFault),
    ...Object.fromEntries(typeFaults),
    [joinField(field, 'max_size_bytes')]: isOver
      ? `must be at most ${sizeWords(limit)}, the limit of ${orList(limited)}, not ${sizeWords(size)}`
      : null,
  })
}

/** `field` is the step's place in the body; empty where the body is the step. */
export function stepFaults(body: unknown, { validators }: DefinitionRules, field = ''): ErrorDetail[] {
  const { name, validator, config } = fieldsOf(body)
  const ofName = detailsOfFaults({ [joinField(field, 'name')]: ofText(name, nameFault) })
  if (typeof validator !== 'string') return ofName
  const kind = findValidator(validators, validator)
  if (kind !== undefined) {
    return [...ofName, ...configFaults(kind, fieldsOf(config) as JsonObject, joinField(field, 'config'))]
  }
  const message = `there is no validator "${validator}"; there are ${[...validators.keys()].join(', ')}`
  return [{ field: joinField(field, 'validator'), message }, ...ofName]
}

/**
 * Of what is wrong with a slot or step as a patch leaves it, what the patch has to do with: what stands may be from before
 * the configuration changed. A field of `follows` is held against the rules when the one that it names is sent, too.
 */
export function faultsOfPatch(
  faults: readonly ErrorDetail[],
  patch: object,
  follows: Readonly<Record<string, string>>,
): ErrorDetail[] {
  return faults.filter(({ field }) => {
    const [sent = ''] = field.split(/[.[]/)
    return sent in patch || (follows[sent] ?? sent) in patch
  })
}

function slugsTwice(slugs: readonly unknown[]): ErrorDetail[] {
  return slugs.flatMap((slug, at) => {
    const first = slugs.indexOf(slug)
    if (typeof slug !== 'string' || first === at) return []
    const field = `${joinField('auxiliary_file_slots', at)}.slug`
    return { field, message: `"${slug}" is the slug of slot ${first} too; give another` }
  })
}

/** An empty text is the schema's to refuse. */
function ofText(value: unknown, check: (text: string) => string | null): string | null {
  return typeof value === 'string' && value !== '' ? check(value) : null
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}

function itemsOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value.slice(0, lookedAt) : []
}
