import { createHash } from 'node:crypto'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import type { GraphqlFields } from '../../access/graphql-field.ts'
import { callerOf } from '../../access/route-access.ts'
import { GraphqlAnswer, GraphqlRequest } from '../../contract/graphql.ts'
import type { Db } from '../../db/client.ts'
import type { Once } from '../../idempotency/write-once.ts'
import { createGate } from '../../lib/limit-concurrency.ts'
import { credentialOf, idempotencyKeyOf } from '../idempotency.ts'

/** Of one query; each may hold a connection of the database. */
const maxAtOnce = 4

/** The parts of GraphQL are loaded with the first request, so that the server starts no later for them. */
export function graphqlRoute(deps: { db: Db; fields: GraphqlFields }): FastifyPluginAsyncTypebox {
  const load = async () => (await import('./run-document.ts')).createRunner(deps.db, deps.fields)
  let runner: ReturnType<typeof load> | undefined
  return async (app) => {
    app.post(
      '/graphql',
      {
        config: { access: 'reader' },
        schema: {
          summary: 'Run a GraphQL document',
          description:
            'The schema is told by introspection. A mutation needs the role that its call over REST needs.',
          body: GraphqlRequest,
          response: { 200: GraphqlAnswer },
        },
      },
      async (request, reply) => {
        runner ??= load()
        const onces: Once[] = []
        const { status, answer } = await (await runner)({
          request: request.body,
          log: request.log,
          contextFor: (isMutation) => ({
            caller: callerOf(request),
            inTurn: createGate(isMutation ? 1 : maxAtOnce),
            onceFor: (place, operation, content) => onceOf(request, onces, { place, operation, content }),
          }),
        })
        if (onces.length > 0 && onces.every(({ outcome }) => outcome === 'replayed')) {
          reply.header('idempotent-replay', 'true')
        }
        return reply.status(status as 200).send(answer)
      },
    )
  }
}

function onceOf(
  request: FastifyRequest,
  onces: Once[],
  { place, operation, content }: { place: string; operation: string; content: unknown },
): Once | undefined {
  const key = idempotencyKeyOf(request)
  if (key === undefined) return undefined
  const once: Once = {
    // No key of a request has a line break.
    keyDigest: createHash('sha256').update(`${key}\n${place}`).digest(),
    operation: `GraphQL ${operation}`,
    content,
    credential: credentialOf(request),
    outcome: null,
  }
  onces.push(once)
  return once
}
