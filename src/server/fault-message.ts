/** What of a schema is put into words. */
export interface SchemaNode {
  type?: string
  const?: unknown
  enum?: readonly unknown[]
  anyOf?: readonly SchemaNode[]
  oneOf?: readonly SchemaNode[]
  format?: string
  title?: string
  description?: string
}

/** What Ajv says of one fault, with `verbose` on. */
export interface SchemaFault {
  keyword: string
  instancePath: string
  schemaPath: string
  params: Record<string, unknown>
  parentSchema?: SchemaNode | undefined
  data?: unknown
}

const typeNames: Record<string, string> = {
  integer: 'a whole number',
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  null: 'null',
}

const maxQuoted = 60
const maxNamedOptions = 20
const secretField = /token|password|secret|nonce|code$/i

export const notAField = 'is not a field of this request'

/** What is wrong and needed, in words that need no knowledge of JSON Schema. */
export function faultMessage(fault: SchemaFault, field: string): string {
  const { keyword, params, parentSchema } = fault
  const found = secretField.test(field) ? '' : foundWords(fault.data)
  switch (keyword) {
    case 'required':
      return 'is required'
    case 'additionalProperties':
      return notAField
    case 'type':
      return `must be ${nameOfType(params.type)}${found}`
    case 'enum':
    case 'const':
      return `must be ${parentSchema === undefined ? 'another value' : expectationOf(parentSchema)}${found}`
    case 'minimum':
      return `must be at least ${params.limit}${found}`
    case 'maximum':
      return `must be at most ${params.limit}${found}`
    case 'exclusiveMinimum':
      return `must be more than ${params.limit}${found}`
    case 'exclusiveMaximum':
      return `must be less than ${params.limit}${found}`
    case 'minLength':
      return params.limit === 1
        ? 'must not be empty'
        : `must have at least ${params.limit} characters${found}`
    case 'maxLength':
      return `must have at most ${params.limit} characters${lengthWords(fault.data)}`
    case 'minItems':
      return params.limit === 1 ? 'must not be empty' : `must have at least ${params.limit} items`
    case 'maxItems':
      return `must have at most ${params.limit} items${lengthWords(fault.data)}`
    case 'uniqueItems':
      return `must not hold the same item twice (items ${params.j} and ${params.i})`
    case 'minProperties':
      return params.limit === 1 ? 'must not be empty' : `must have at least ${params.limit} fields`
    case 'pattern':
      return `must ${parentSchema?.description ?? `match ${params.pattern}`}${found}`
    case 'format':
      return `must be ${formatWords(params.format)}${found}`
    default:
      return 'is not valid'
  }
}

/** One option of a choice, or what a constant or a list of them asks for. */
export function expectationOf(schema: SchemaNode): string {
  if ('const' in schema) return JSON.stringify(schema.const)
  if (schema.enum !== undefined) return oneOf(schema.enum)
  const options = schema.anyOf ?? schema.oneOf
  if (options !== undefined) return options.map(expectationOf).join(' or ')
  if (schema.format !== undefined) return formatWords(schema.format)
  return nameOfType(schema.type)
}

function oneOf(values: readonly unknown[]): string {
  const named = values.slice(0, maxNamedOptions).map((value) => JSON.stringify(value))
  if (values.length === 1) return named.join()
  return `one of ${named.join(', ')}${values.length > maxNamedOptions ? ', …' : ''}`
}

function formatWords(format: unknown): string {
  return format === 'date-time' ? 'a time such as 2025-10-07T15:00:00Z' : `a valid ${format}`
}

function nameOfType(type: unknown): string {
  if (Array.isArray(type)) return type.map(nameOfType).join(' or ')
  return typeNames[String(type)] ?? 'another value'
}

/** The name that JSON Schema has for the type of a value. */
export function typeOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

/** What was found, where it is short enough to quote. */
function foundWords(value: unknown): string {
  if (value === undefined) return ''
  if (typeof value === 'object' && value !== null) return `, not ${nameOfType(typeOf(value))}`
  const text = JSON.stringify(value)
  return text.length <= maxQuoted ? `, not ${text}` : `, not a text of ${text.length - 2} characters`
}

function lengthWords(value: unknown): string {
  if (typeof value === 'string') return `, not ${[...value].length}`
  return Array.isArray(value) ? `, not ${value.length}` : ''
}
