import {
  defaultFieldResolver,
  GraphQLBoolean,
  GraphQLEnumType,
  type GraphQLFieldConfigArgumentMap,
  type GraphQLFieldConfigMap,
  GraphQLFloat,
  type GraphQLInputFieldConfigMap,
  GraphQLInputObjectType,
  type GraphQLInputType,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLScalarType,
  GraphQLString,
} from 'graphql'
import { admitsNull, type ContractNode, camelCase, withoutNull } from './contract-node.ts'
import type { GraphqlContext } from './graphql-context.ts'
import { jsonScalar } from './json-scalar.ts'

export interface ContractTypes {
  output(node: ContractNode): GraphQLOutputType
  args(node: ContractNode): GraphQLFieldConfigArgumentMap
}

/**
 * GraphQL types made of the contract's schemas: what the wire gains, GraphQL gains. Objects and enums are named
 * by their titles.
 */
export function createContractTypes(): ContractTypes {
  const once = createOnce()

  const output = (whole: ContractNode): GraphQLOutputType => {
    const { node, isNullable } = withoutNull(whole)
    const type = outputOf(node)
    return isNullable || admitsNull(node) ? type : new GraphQLNonNull(type)
  }
  const outputOf = (node: ContractNode) => {
    if (node.type === 'array' && node.items !== undefined) return new GraphQLList(output(node.items))
    if (node.properties === undefined) return leafOf(node)
    return once(node, (name) => new GraphQLObjectType({ name, fields: () => outputFields(node) }))
  }
  const outputFields = ({ properties = {} }: ContractNode): GraphQLFieldConfigMap<object, GraphqlContext> =>
    mapFields(properties, (name, child) => ({
      type: output(child),
      // The compiler of queries reads a field without a resolver in place.
      resolve: name === camelCase(name) ? defaultFieldResolver : (parent) => Reflect.get(parent, name),
    }))

  const inputOf = (whole: ContractNode): GraphQLInputType => {
    const { node } = withoutNull(whole)
    if (node.type === 'array' && node.items !== undefined) {
      return new GraphQLList(new GraphQLNonNull(inputOf(node.items)))
    }
    if (node.properties === undefined) return leafOf(node)
    return once(node, (name) => new GraphQLInputObjectType({ name, fields: () => args(node) }))
  }
  const args = ({ properties = {}, required = [] }: ContractNode): GraphQLInputFieldConfigMap =>
    mapFields(properties, (name, child) => {
      const type = inputOf(child)
      if (child.default !== undefined) return { type, defaultValue: child.default }
      return {
        type: required.includes(name) && !withoutNull(child).isNullable ? new GraphQLNonNull(type) : type,
      }
    })

  const leafOf = (node: ContractNode): GraphQLScalarType | GraphQLEnumType => {
    const { enum: values } = node
    if (values !== undefined) return once(node, (name) => enumOf(name, values))
    if (node.anyOf?.every((option) => Number.isInteger(option.const))) return GraphQLInt
    switch (node.type) {
      case 'string':
        return GraphQLString
      case 'boolean':
        return GraphQLBoolean
      case 'number':
        return GraphQLFloat
      case 'integer':
        return node.format === 'int64' ? GraphQLFloat : GraphQLInt
      default:
        return jsonScalar
    }
  }
  return { output, args }
}

function mapFields<T extends object>(
  properties: Record<string, ContractNode>,
  toField: (name: string, child: ContractNode) => T,
): Record<string, T & { description: string | undefined }> {
  return Object.fromEntries(
    Object.entries(properties).map(([name, child]) => [
      camelCase(name),
      { description: child.description, ...toField(name, child) },
    ]),
  )
}

/** `in-progress` is `IN_PROGRESS`. */
function enumOf(name: string, values: readonly string[]): GraphQLEnumType {
  const named = values.map((value) => [value.toUpperCase().replace(/\W/g, '_'), { value }])
  return new GraphQLEnumType({ name, values: Object.fromEntries(named) })
}

/** One type for each title; two shapes under one title are an error of ours. */
function createOnce() {
  const made = new Map<string, { shape: string; type: unknown }>()
  return <T>(node: ContractNode, make: (name: string) => T): T => {
    const shape = JSON.stringify(node)
    if (node.title === undefined) throw new Error(`A shape of the contract has no title: ${shape}`)
    const standing = made.get(node.title)
    if (standing !== undefined && standing.shape !== shape) {
      throw new Error(`Two schemas of different shape have the title ${node.title}`)
    }
    const type = standing?.type ?? make(node.title)
    made.set(node.title, { shape, type })
    return type as T
  }
}
