import type { Json, JsonObject } from '../contract/json.ts'
import type { ValidatorRole } from '../contract/validator.ts'
import type { ErrorDetail } from '../errors.ts'
import { joinField } from '../lib/join-field.ts'
import type { ValidatorKind } from './validator.ts'

/** Where a step takes the file of one role from. */
export type RoleSource =
  /** A file of the org's library; null where the step names none. */
  | { from: 'workflow'; libraryFile: string | null }
  /** What the submission brought for this slot. */
  | { from: 'submitter'; slot: string }

const sources = ['workflow', 'submitter']
const slugPattern = '^[-a-zA-Z0-9_]{1,50}$'
const longestName = 255

/** Of a config that `configFaults` finds nothing wrong with. */
export function roleSourceOf({ name }: ValidatorRole, config: JsonObject): RoleSource {
  const keys = keysOf(name)
  if (config[keys.source] === 'submitter') {
    const slot = config[keys.slot]
    return { from: 'submitter', slot: typeof slot === 'string' ? slot : name }
  }
  const file = config[keys.file]
  return { from: 'workflow', libraryFile: typeof file === 'string' && file !== '' ? file : null }
}

/** What is wrong with the fields that say where files come from; every other field is the step's own. */
export function configFaults({ roles }: ValidatorKind, config: JsonObject, field: string): ErrorDetail[] {
  return roles.flatMap(({ name, label }) => {
    const keys = keysOf(name)
    const expected: [key: string, words: string, isGood: (value: Json) => boolean][] = [
      [keys.source, '"workflow" or "submitter"', (value) => sources.some((source) => source === value)],
      [
        keys.file,
        `the name of the library file that is the ${label}, of at most ${longestName} characters`,
        (value) => typeof value === 'string' && [...value].length <= longestName,
      ],
      [
        keys.slot,
        'the slug of a slot: 1 to 50 letters, digits, hyphens and underscores',
        (value) => typeof value === 'string' && new RegExp(slugPattern).test(value),
      ],
    ]
    return expected.flatMap(([key, words, isGood]) => {
      const value = Object.hasOwn(config, key) ? config[key] : undefined
      if (value === undefined || isGood(value)) return []
      return { field: joinField(field, key), message: `must be ${words}, not ${quoted(value)}` }
    })
  })
}

/** The same rules for machines. */
export function configSchemaOf({ roles }: ValidatorKind): JsonObject {
  const properties = roles.flatMap(({ name, label }): [string, JsonObject][] => {
    const keys = keysOf(name)
    return [
      [
        keys.source,
        {
          type: 'string',
          enum: sources,
          default: 'workflow',
          description: `Who brings the ${label}: the workflow, from the library, or each submitter`,
        },
      ],
      [
        keys.file,
        {
          type: 'string',
          maxLength: longestName,
          description: `The library file that is the ${label}, if the workflow brings it`,
        },
      ],
      [
        keys.slot,
        {
          type: 'string',
          pattern: slugPattern,
          default: name,
          description: `The slot that takes the ${label}, if submitters bring it`,
        },
      ],
    ]
  })
  return { type: 'object', properties: Object.fromEntries(properties), additionalProperties: true }
}

function keysOf(role: string) {
  return { source: `${role}_source`, file: role, slot: `${role}_slot` }
}

function quoted(value: Json): string {
  const text = JSON.stringify(value)
  return text.length <= 60 ? text : `${text.slice(0, 60)}…`
}
