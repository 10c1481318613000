import type { GraphQLSchema } from 'graphql'
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit'
import { type ReadDocument, readDocument } from './read-document.ts'

/** Together they take some 100 MB at the very worst: up to 1 MB for a document, and again for what it is compiled to. */
const maxKept = 100
const maxKeptLength = 4_000
const maxCompiledFields = 1_000

export interface KnownDocument extends ReadDocument {
  /** Of a query that came more than once. */
  compiled: CompiledQuery | null
}

/** Reads documents, and keeps those that came last: programs ask the same few again and again. */
export function createKnownDocuments(
  schema: GraphQLSchema,
): (text: string, operationName: string | null) => KnownDocument {
  const kept = new Map<string, KnownDocument>()
  return (text, operationName) => {
    const key = JSON.stringify([operationName, text])
    const standing = kept.get(key)
    kept.delete(key)
    const known = standing ?? { ...readDocument(schema, text, operationName), compiled: null }
    if (text.length <= maxKeptLength) kept.set(key, known)
    if (kept.size > maxKept) kept.delete(kept.keys().next().value ?? '')
    if (standing !== undefined && mayCompile(known)) known.compiled ??= compile(schema, known, operationName)
    return known
  }
}

/**
 * Mutations are not compiled: the compiler takes a variable that is not given, inside an input object, for null,
 * and null there would clear what was to be left alone.
 */
function mayCompile({ isMutation, fields }: ReadDocument): boolean {
  return !isMutation && fields <= maxCompiledFields
}

function compile(schema: GraphQLSchema, { document }: ReadDocument, operationName: string | null) {
  const compiled = compileQuery(schema, document, operationName ?? undefined, {
    disablingCapturingStackErrors: true,
  })
  return isCompiledQuery(compiled) ? compiled : null
}
