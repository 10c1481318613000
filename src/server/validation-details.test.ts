import { type TSchema, Type } from 'typebox'
import { describe, expect, it } from 'vitest'
import { closed, nullable, Time } from '../contract/common.ts'
import type { SchemaFault } from './fault-message.ts'
import { compilersFactory } from './schema-compilers.ts'
import { detailsOf } from './validation-details.ts'

/** The faults of a value as a request body, in words: `field message`. */
function faultsOf(schema: TSchema, value: unknown): string[] {
  const compile = compilersFactory.buildValidator({}, { customOptions: {} })
  const validate = compile({ schema, httpPart: 'body', method: 'POST', url: '/' } as never) as unknown as {
    (value: unknown): boolean
    errors: SchemaFault[] | null
  }
  validate(value)
  return detailsOf(validate.errors ?? []).map(({ field, message }) => `${field} ${message}`.trim())
}

describe('a fault in words', () => {
  it.each<[TSchema, unknown, string[]]>([
    [Type.Integer(), 1.5, ['must be a whole number, not 1.5']],
    [Type.Boolean(), 'yes', ['must be true or false, not "yes"']],
    [Type.Array(Type.String()), {}, ['must be a list, not an object']],
    [Type.Enum(['a', 'b']), 'c', ['must be one of "a", "b", not "c"']],
    [Type.Integer({ minimum: 1, maximum: 9 }), 0, ['must be at least 1, not 0']],
    [Type.Integer({ minimum: 1, maximum: 9 }), 10, ['must be at most 9, not 10']],
    [Type.String({ minLength: 1 }), '', ['must not be empty']],
    [Type.String({ maxLength: 3 }), 'abcd', ['must have at most 3 characters, not 4']],
    [Type.Array(Type.Integer(), { minItems: 1 }), [], ['must not be empty']],
    [Time, 'soon', ['must be a time such as 2025-10-07T15:00:00Z, not "soon"']],
    [Type.String({ pattern: '^x', description: 'begin with x' }), 'y', ['must begin with x, not "y"']],
    [Type.Integer(), 'x'.repeat(500), ['must be a whole number, not a text of 500 characters']],
  ])('%#: says what is needed and what was found', (schema, value, expected) => {
    expect(faultsOf(schema, value)).toEqual(expected)
  })

  it('of a choice is one fault, or those of the one branch that was meant', () => {
    const schema = closed({ at: nullable(Time), limit: nullable(closed({ size: Type.Integer() })) })
    expect(faultsOf(schema, { at: 7, limit: null })).toEqual([
      'at must be a time such as 2025-10-07T15:00:00Z or null',
    ])
    expect(faultsOf(schema, { at: null, limit: { size: 'x' } })).toEqual([
      'limit.size must be a whole number, not "x"',
    ])
    expect(faultsOf(schema, { at: null, limit: [] })).toEqual(['limit must be an object or null'])
    expect(faultsOf(schema, { at: null, limit: null })).toEqual([])
  })

  it('does not quote what may be a secret', () => {
    expect(faultsOf(closed({ token: Type.Integer() }), { token: 'hunter2' })).toEqual([
      'token must be a whole number',
    ])
  })

  it('names fields that JSON pointers escape', () => {
    expect(faultsOf(Type.Record(Type.String(), Type.Integer()), { 'a/b~c': 'x' })).toEqual([
      'a/b~c must be a whole number, not "x"',
    ])
  })
})
