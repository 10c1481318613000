import { type GraphQLObjectType, getNamedType, isObjectType } from 'graphql'
import { Type } from 'typebox'
import { expect, it } from 'vitest'
import { closed, nullable } from '../../contract/common.ts'
import type { ContractNode } from './contract-node.ts'
import { createContractTypes } from './contract-types.ts'

function typesOf(properties: Parameters<typeof closed>[0]): Record<string, string> {
  const node = closed(properties, { title: 'Thing' }) as ContractNode
  const type = getNamedType(createContractTypes().output(node))
  expect(isObjectType(type)).toBe(true)
  const fields = Object.values((type as GraphQLObjectType).getFields())
  return Object.fromEntries(fields.map((field) => [field.name, String(field.type)]))
}

const part = closed({ id: Type.Integer() }, { title: 'Part' })

it('every field of a shape is a field of its type', () => {
  const fields = typesOf({
    id: Type.Integer(),
    size_bytes: nullable(Type.Integer({ format: 'int64' })),
    is_output: Type.Boolean(),
    share: Type.Number(),
    status: Type.Union([Type.Literal(0), Type.Literal(1)]),
    state: Type.Enum(['in-progress'], { title: 'State' }),
    names: Type.Array(Type.String()),
    part: nullable(part),
    parts: Type.Array(part),
    meta: Type.Unsafe<object>({ type: 'object' }),
    outputs: Type.Unknown(),
  })
  expect(fields).toEqual({
    id: 'Int!',
    sizeBytes: 'Float',
    isOutput: 'Boolean!',
    share: 'Float!',
    status: 'Int!',
    state: 'State!',
    names: '[String!]!',
    part: 'Part',
    parts: '[Part!]!',
    meta: 'JSON!',
    outputs: 'JSON',
  })
})

it('a shape without a title, and two shapes under one, are faults of ours', () => {
  expect(() => typesOf({ part: closed({ id: Type.Integer() }) })).toThrow('has no title')
  const other = closed({ id: Type.String() }, { title: 'Part' })
  expect(() => typesOf({ a: part, b: other })).toThrow('different shape have the title Part')
})
