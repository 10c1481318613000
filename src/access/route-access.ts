import type { FastifyRequest } from 'fastify'
import type { Role } from '../contract/access.ts'
import { AppError } from '../errors.ts'
import type { Caller } from './caller.ts'

/** What a route asks of its caller: a role at least, the deployment token, or nothing. */
export type RouteAccess = Role | 'deployment' | 'public'

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: RouteAccess
  }
  interface FastifyRequest {
    caller: Caller | null
  }
}

/** The caller of a route that is not public. */
export function callerOf(request: FastifyRequest): Caller {
  if (request.caller === null) throw new AppError('unauthorized')
  return request.caller
}
