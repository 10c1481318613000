import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  OperationTypeNode,
  parse,
  validate,
} from 'graphql'
import { assertModest, assertReadable } from './document-limits.ts'

export interface ReadDocument {
  document: DocumentNode
  /** With those of each fragment in all its places. */
  fields: number
  isMutation: boolean
  variables: ReadonlySet<string>
}

/** Throws a list of what is wrong with the document. */
export function readDocument(
  schema: GraphQLSchema,
  text: string,
  operationName: string | null,
): ReadDocument {
  assertReadable(text)
  const document = parse(text)
  const fields = assertModest(document)
  const faults = validate(schema, document)
  if (faults.length > 0) throw faults
  const operation = getOperationAST(document, operationName)
  if (operation == null) {
    throw new GraphQLError(
      operationName === null
        ? 'The document has several operations; say in operationName which one to run'
        : `The document has no operation "${operationName}"`,
    )
  }
  if (schema.getRootType(operation.operation) == null) {
    throw new GraphQLError(`There is nothing that a ${operation.operation} could ask for`, {
      nodes: operation,
    })
  }
  return {
    document,
    fields,
    isMutation: operation.operation === OperationTypeNode.MUTATION,
    variables: new Set(operation.variableDefinitions?.map(({ variable }) => variable.name.value)),
  }
}
