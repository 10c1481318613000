import { type Static, Type } from 'typebox'
import { closed, nullable } from './common.ts'

const Json = Type.Record(Type.String(), Type.Unknown())

export const GraphqlRequest = closed(
  {
    query: Type.String(),
    variables: Type.Optional(nullable(Json)),
    operationName: Type.Optional(nullable(Type.String())),
    extensions: Type.Optional(nullable(Json)),
  },
  { title: 'GraphqlRequest' },
)
export type GraphqlRequest = Static<typeof GraphqlRequest>

const GraphqlError = closed(
  {
    message: Type.String(),
    locations: Type.Optional(Type.Array(closed({ line: Type.Integer(), column: Type.Integer() }))),
    path: Type.Optional(Type.Array(Type.Union([Type.String(), Type.Integer()]))),
    extensions: closed({
      code: Type.String(),
      details: Type.Array(closed({ field: Type.String(), message: Type.String() })),
    }),
  },
  { title: 'GraphqlError' },
)
export type GraphqlError = Static<typeof GraphqlError>

/** Without `data` where nothing was executed. */
export const GraphqlAnswer = closed(
  { data: Type.Optional(nullable(Json)), errors: Type.Optional(Type.Array(GraphqlError)) },
  { title: 'GraphqlAnswer' },
)
export type GraphqlAnswer = Static<typeof GraphqlAnswer>
