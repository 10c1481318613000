import { type ExecutionResult, execute, GraphQLError } from 'graphql'
import type { GraphqlFields } from '../../access/graphql-field.ts'
import type { GraphqlAnswer, GraphqlRequest } from '../../contract/graphql.ts'
import type { Db } from '../../db/client.ts'
import { AppError, errorTable } from '../../errors.ts'
import type { Logger } from '../../lib/logger.ts'
import { graphqlErrorFrom, refusalFrom } from './graphql-answer.ts'
import type { GraphqlContext } from './graphql-context.ts'
import { createGraphqlSchema } from './graphql-schema.ts'
import { createKnownDocuments, type KnownDocument } from './known-documents.ts'

export interface RunRequest {
  request: GraphqlRequest
  /** Asked once the document is known to be a query or a mutation. */
  contextFor: (isMutation: boolean) => GraphqlContext
  log: Logger
}

/** Runs documents against the schema of these fields. */
export function createRunner(
  db: Db,
  fields: GraphqlFields,
): (run: RunRequest) => Promise<{ status: number; answer: GraphqlAnswer }> {
  const schema = createGraphqlSchema(db, fields)
  const read = createKnownDocuments(schema)

  const runKnown = async (known: KnownDocument, { request, contextFor }: RunRequest) => {
    const context = contextFor(known.isMutation)
    const variables = request.variables ?? {}
    assertDeclared(known, variables)
    if (known.compiled !== null) return await known.compiled.query(undefined, context, variables)
    return await execute({
      schema,
      document: known.document,
      contextValue: context,
      variableValues: variables,
      operationName: request.operationName,
    })
  }

  return async (run) => {
    let result: ExecutionResult
    try {
      const known = read(run.request.query, run.request.operationName ?? null)
      result = await runKnown(known, run)
    } catch (error) {
      const errors = Array.isArray(error) ? error : [error]
      if (errors.every(isRefusal)) return refusalFrom(errors)
      throw error
    }
    const { data, errors } = result
    if (data === undefined) return refusalFrom(errors ?? [])
    if (errors === undefined) return { status: 200, answer: { data } }
    return { status: 200, answer: { data, errors: errors.map((error) => told(error, run.log)) } }
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof GraphQLError || error instanceof AppError
}

function told(error: GraphQLError, log: Logger) {
  const shown = graphqlErrorFrom(error, 'internal')
  const code = shown.extensions.code as keyof typeof errorTable
  if (errorTable[code].status >= 500) log.error({ err: error.originalError ?? error }, shown.message)
  return shown
}

/** A variable that is misspelt must not be left out without a word. */
function assertDeclared({ variables }: KnownDocument, given: object): void {
  const unknown = Object.keys(given).filter((name) => !variables.has(name))
  const [first] = unknown
  if (first === undefined) return
  throw new AppError('malformed_request', `The operation has no variable "${first}"`, {
    details: unknown.map((name) => ({
      field: `variables.${name}`,
      message: 'is not a variable of the operation',
    })),
  })
}
