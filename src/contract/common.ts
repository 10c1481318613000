import { type Static, type TSchema, Type } from 'typebox'

/** ISO 8601 with an offset; answers are UTC with `Z`. */
export const Time = Type.String({ format: 'date-time', examples: ['2025-10-07T15:00:00Z'] })
export const Id = Type.Integer({ minimum: 1, maximum: 2_147_483_647 })
/** Of a file: may pass 2^31. */
export const SizeBytes = Type.Integer({ format: 'int64' })
export const Name = Type.String({ minLength: 1, maxLength: 200 })

export function nullable<T extends TSchema>(schema: T) {
  return Type.Unsafe<Static<T> | null>({ anyOf: [schema, { type: 'null' }] })
}

/** A closed object: a field that is not named here is refused, not dropped. */
export function closed<T extends Record<string, TSchema>>(properties: T, options: { title?: string } = {}) {
  return Type.Object(properties, { additionalProperties: false, ...options })
}

/** The same fields, none of them required: of a PATCH. */
export function allOptional<T extends Record<string, TSchema>>(properties: T) {
  return Type.Partial(Type.Object(properties)).properties
}

export function pageOf<T extends TSchema>(item: T) {
  const title = 'title' in item ? { title: `${item.title}Page` } : {}
  return closed({ items: Type.Array(item), next_cursor: nullable(Type.String()) }, title)
}

export const PageQuery = {
  limit: Type.Integer({ minimum: 1, maximum: 1000, default: 50 }),
  cursor: Type.Optional(Type.String({ maxLength: 200 })),
}

export const IdParams = closed({ id: Id })
/** In GraphQL a number that cannot be an id is an unknown one; addresses say so with `IdParams`. */
export const IdArgs = closed({ id: Type.Integer() })

export const ErrorBody = closed(
  {
    error: Type.String(),
    code: Type.String(),
    details: Type.Array(closed({ field: Type.String(), message: Type.String() })),
  },
  { title: 'Error' },
)
export type ErrorBody = Static<typeof ErrorBody>
