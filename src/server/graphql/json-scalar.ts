import { GraphQLError, GraphQLScalarType, Kind, type ValueNode, valueFromASTUntyped } from 'graphql'
import { assertStorableJson } from '../json-values.ts'

/** Any JSON value, as a variable or written in the document; the same is refused as in the body of any call. */
export const jsonScalar = new GraphQLScalarType<unknown, unknown>({
  name: 'JSON',
  description: 'Any JSON value',
  serialize: (value) => value,
  // A variable came with the body, which was looked through whole.
  parseValue: (value) => value,
  parseLiteral: (node, variables) => {
    refuseEnums(node)
    const value = valueFromASTUntyped(node, variables)
    assertStorableJson(value, JSON.stringify(value) ?? '')
    // Without a prototype, and with undefined where a variable was not given.
    return value === undefined ? undefined : JSON.parse(JSON.stringify(value))
  },
})

function refuseEnums(node: ValueNode): void {
  if (node.kind === Kind.LIST) for (const item of node.values) refuseEnums(item)
  if (node.kind === Kind.OBJECT) for (const field of node.fields) refuseEnums(field.value)
  if (node.kind === Kind.ENUM) {
    throw new GraphQLError(`${node.value} is no JSON value; a text stands in quotes`, { nodes: node })
  }
}
