import { GraphQLError } from 'graphql'
import type { GraphqlAnswer, GraphqlError } from '../../contract/graphql.ts'
import { AppError, type ErrorCode, errorTable } from '../../errors.ts'
import { errorBody } from '../error-handler.ts'

/** Where an `AppError` becomes an error of GraphQL. What comes of nothing known is a failure of ours. */
export function graphqlErrorFrom(error: unknown, otherwise: ErrorCode): GraphqlError {
  const appError = appErrorFrom(error, otherwise)
  const { error: message, code, details } = errorBody(appError)
  const { locations, path } = error instanceof GraphQLError ? error : {}
  return {
    message,
    ...(locations === undefined
      ? {}
      : { locations: locations.map(({ line, column }) => ({ line, column })) }),
    ...(path === undefined ? {} : { path: [...path] }),
    extensions: { code, details },
  }
}

/** Why nothing was executed, and the HTTP status that says so. */
export function refusalFrom(errors: readonly unknown[]): { status: number; answer: GraphqlAnswer } {
  const shown = errors.map((error) => graphqlErrorFrom(error, 'malformed_request'))
  const statuses = errors.map((error) => errorTable[appErrorFrom(error, 'malformed_request').code].status)
  return { status: Math.max(...statuses), answer: { errors: shown } }
}

function appErrorFrom(error: unknown, otherwise: ErrorCode): AppError {
  if (error instanceof AppError) return error
  if (!(error instanceof GraphQLError)) return new AppError('internal', undefined, { cause: error })
  if (error.originalError instanceof AppError) return error.originalError
  // Of arguments some faults are found only when their variables are filled in.
  const code = /^Argument "/.test(error.message) ? 'invalid' : otherwise
  return new AppError(code, error.message, { cause: error })
}
