import {
  type GraphQLFieldConfigMap,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  getNullableType,
} from 'graphql'
import type { GraphqlField, GraphqlFields } from '../../access/graphql-field.ts'
import type { Db } from '../../db/client.ts'
import { type ContractTypes, createContractTypes } from './contract-types.ts'
import { mutationResolver, queryResolver } from './field-resolver.ts'
import type { GraphqlContext } from './graphql-context.ts'

/** The schema of all that the nouns say. A field at the top is null where it fails, so that the others still answer. */
export function createGraphqlSchema(db: Db, { query, mutation = {} }: GraphqlFields): GraphQLSchema {
  const types = createContractTypes()
  const namespaces = Object.entries(mutation).map(([noun, fields]) => [
    noun,
    {
      type: new GraphQLNonNull(
        new GraphQLObjectType({
          name: `${noun.charAt(0).toUpperCase()}${noun.slice(1)}Mutation`,
          fields: fieldsOf(types, fields, (field) => mutationResolver(field, db)),
        }),
      ),
      resolve: () => ({}),
    },
  ])
  return new GraphQLSchema({
    query: new GraphQLObjectType({ name: 'Query', fields: fieldsOf(types, query, queryResolver) }),
    mutation:
      namespaces.length === 0
        ? null
        : new GraphQLObjectType({ name: 'Mutation', fields: Object.fromEntries(namespaces) }),
  })
}

function fieldsOf(
  types: ContractTypes,
  fields: Record<string, GraphqlField>,
  resolverOf: (field: GraphqlField) => ReturnType<typeof queryResolver>,
): GraphQLFieldConfigMap<unknown, GraphqlContext> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [
      name,
      {
        description: field.summary,
        type: getNullableType(types.output(field.answer)),
        args: types.args(field.args),
        resolve: resolverOf(field),
      },
    ]),
  )
}
