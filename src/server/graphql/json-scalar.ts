import { GraphQLError, GraphQLScalarType, Kind, type ValueNode, valueFromASTUntyped } from 'graphql'
import { assertStorableJson } from '../../lib/json-values.ts'

/** Any JSON value, as a variable or written in the document; the same is refused as in the body of any call. */
export const jsonScalar = new GraphQLScalarType<unknown, unknown>({
  name: 'JSON',
  description: 'Any JSON value',
  serialize: (value) => value,
  // A variable came with the body, which was looked through whole.
  parseValue: (value) => value,
  parseLiteral: (node, variables) => {
    refuseEnums(node)
    // Whether a number was rounded, only the digits that were written can tell.
    assertStorableJson(
      valueFromASTUntyped(node),
      node.loc?.source.body.slice(node.loc.start, node.loc.end) ?? '',
    )
    const value = valueFromASTUntyped(node, variables)
    if (value === undefined) return undefined
    const text = JSON.stringify(value)
    assertStorableJson(value, text)
    // As it came it has no prototype, and undefined where a variable was not given.
    return JSON.parse(text)
  },
})

function refuseEnums(node: ValueNode): void {
  if (node.kind === Kind.LIST) for (const item of node.values) refuseEnums(item)
  if (node.kind === Kind.OBJECT) for (const field of node.fields) refuseEnums(field.value)
  if (node.kind === Kind.ENUM) {
    throw new GraphQLError(`${node.value} is no JSON value; a text stands in quotes`, { nodes: node })
  }
}
