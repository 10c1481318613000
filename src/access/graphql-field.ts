import type { Static, TObject, TSchema } from 'typebox'
import type { Role } from '../contract/access.ts'
import type { Caller } from './caller.ts'

/**
 * A field of the GraphQL schema, said as a route is: its arguments and its answer are the contract's schemas,
 * of which the GraphQL types are made, so that the two cannot differ.
 */
export interface GraphqlField<Args extends TObject = TObject, Answer extends TSchema = TSchema> {
  summary: string
  access: Role
  args: Args
  answer: Answer
  resolve(caller: Caller, args: Static<Args>): Promise<Static<Answer>>
}

/** What a noun adds to the schema. Mutations stand below the name of their noun. */
export interface GraphqlFields {
  query: Record<string, GraphqlField>
  mutation?: Record<string, Record<string, GraphqlField>>
}

/** Holds `resolve` to the schemas of its field. */
export function graphqlField<Args extends TObject, Answer extends TSchema>(
  field: GraphqlField<Args, Answer>,
): GraphqlField {
  return field as unknown as GraphqlField
}
