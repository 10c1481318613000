import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import '../idempotency/route-creates.ts'
import { refuseFaults } from '../access/faults.ts'
import { callerOf } from '../access/route-access.ts'
import { sessionTokenOf } from '../access/session-cookie.ts'
import type { Db } from '../db/client.ts'
import { type Once, replay } from '../idempotency/write-once.ts'

/**
 * Every route that says what it `creates` takes an `Idempotency-Key`. A key that was used is answered here,
 * before the handler; one that is new goes with the caller to `writeOnce`, which decides among those who come
 * at the same moment.
 */
export function registerIdempotency(app: FastifyInstance, db: Db): void {
  app.addHook('preHandler', async (request, reply) => {
    if (request.routeOptions.config.creates === undefined) return
    const key = idempotencyKeyOf(request)
    if (key === undefined) return
    const caller = callerOf(request)
    caller.once = onceOf(request, key)
    if (caller.once.content === undefined) return
    const first = await replay(db, caller)
    if (first !== undefined) return reply.send(first.value)
  })

  app.addHook('preSerialization', async (request, reply, payload) => {
    const { creates } = request.routeOptions.config
    if (creates === undefined || reply.statusCode >= 400) return payload
    reply.status(creates.status?.(payload) ?? 201)
    if (creates.location !== undefined) reply.header('location', creates.location(payload, request.params))
    const once = request.caller?.once
    if (once?.outcome === 'replayed') reply.header('idempotent-replay', 'true')
    if (once?.outcome === null) request.log.error('The route took an Idempotency-Key and did not write once')
    return payload
  })
}

/** Undefined where the request has none; throws for one that cannot be a key. */
export function idempotencyKeyOf(request: FastifyRequest): string | undefined {
  const given = request.headers['idempotency-key']
  if (given === undefined) return undefined
  const key = String(given)
  const isKey = /^[\x20-\x7e\x80-\xff]{1,255}$/.test(key)
  refuseFaults({
    'Idempotency-Key': isKey ? null : 'must be 1 to 255 characters, none of them a control character',
  })
  return key
}

function onceOf(request: FastifyRequest, key: string): Once {
  return {
    keyDigest: createHash('sha256').update(key).digest(),
    operation: operationOf(request),
    content: request.body,
    credential: credentialOf(request),
    outcome: null,
  }
}

/** One address under all its names: `/api/jobs/` and `/api/v1/jobs` are one operation. */
function operationOf(request: FastifyRequest): string {
  const path = (request.routeOptions.url ?? '').replace(/^\/api(\/v1)?(?=\/)/, '').replace(/\/$/, '')
  const query = request.query as Record<string, unknown>
  const named = [Object.entries(request.params as object), Object.entries(query).sort()]
  return `${request.method} ${path} ${JSON.stringify(named)}`
}

/** What the caller proved itself with: the bearer token, or the browser's session. */
export function credentialOf({ headers }: FastifyRequest): string {
  return headers.authorization?.replace(/^\S+\s+/, '') ?? sessionTokenOf(headers.cookie) ?? ''
}
