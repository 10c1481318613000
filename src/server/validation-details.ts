import type { ErrorDetail } from '../errors.ts'
import { joinField } from '../lib/join-field.ts'
import { expectationOf, faultMessage, type SchemaFault, typeOf } from './fault-message.ts'

/** Ajv's faults in plain words, each with its place; one for a choice, not one for each of its branches. */
export function detailsOf(faults: readonly SchemaFault[]): ErrorDetail[] {
  // The capped fault list may have holes.
  const all = Object.values(faults)
  const choices = all.filter((fault) => fault.keyword === 'anyOf' || fault.keyword === 'oneOf')
  const hidden = new Set(choices.flatMap((choice) => hiddenBy(choice, all)))
  const details = all.filter((fault) => !hidden.has(fault)).map(detailOf)
  const seen = new Set<string>()
  return details.filter((detail) => {
    const key = `${detail.field}\0${detail.message}`
    return !seen.has(key) && seen.add(key)
  })
}

/** Where the value fits the type of one branch, that branch's own faults tell more than the choice does. */
function hiddenBy(choice: SchemaFault, all: readonly SchemaFault[]): SchemaFault[] {
  const branches = all.filter(
    (fault) =>
      fault !== choice &&
      fault.instancePath.startsWith(choice.instancePath) &&
      fault.schemaPath.startsWith(`${choice.schemaPath}/`),
  )
  const options = choice.parentSchema?.anyOf ?? choice.parentSchema?.oneOf ?? []
  const fitting = options.flatMap((option, index) =>
    option.type === typeOf(choice.data) && option.enum === undefined ? [index] : [],
  )
  if (fitting.length !== 1) return branches
  const own = `${choice.schemaPath}/${fitting[0]}/`
  return [choice, ...branches.filter((fault) => !fault.schemaPath.startsWith(own))]
}

function detailOf(fault: SchemaFault): ErrorDetail {
  const place = fieldOf(fault.instancePath)
  const named = fault.params.additionalProperty ?? fault.params.missingProperty
  const field = typeof named === 'string' ? joinField(place, named) : place
  if (fault.keyword === 'anyOf' || fault.keyword === 'oneOf') {
    const options = fault.parentSchema?.anyOf ?? fault.parentSchema?.oneOf ?? []
    return { field, message: `must be ${options.map(expectationOf).join(' or ')}` }
  }
  return { field, message: faultMessage(fault, field) }
}

/** `/casefiles/3/path` → `casefiles[3].path` */
function fieldOf(instancePath: string): string {
  return instancePath
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((field, segment) => joinField(field, /^\d+$/.test(segment) ? Number(segment) : segment), '')
}
