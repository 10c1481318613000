import type { FastifyRequest } from 'fastify'
import type { RouteAccess } from '../access/route-access.ts'
import { findLiveToken } from '../access/token.repository.ts'
import { roles } from '../contract/access.ts'
import type { Db } from '../db/client.ts'
import { AppError } from '../errors.ts'

/** Sets `request.caller` from the bearer token and refuses a caller below what the route asks. */
export function createAuthenticator(db: Db): (request: FastifyRequest) => Promise<void> {
  return async (request) => {
    const access = request.routeOptions.config.access
    if (access === 'public') return
    const token = /^Bearer (wb_[-\w]{43})$/i.exec(request.headers.authorization ?? '')?.[1]
    const live = token === undefined ? undefined : await findLiveToken(db, token)
    if (live === undefined) throw new AppError('unauthorized')
    request.caller = {
      orgId: live.org_id,
      tokenId: live.id,
      memberName: live.member_name,
      role: live.role,
      deployment: live.deployment,
      address: request.ip,
      requestId: request.id,
    }
    if (access !== undefined && !allows(request.caller, access)) {
      throw new AppError('forbidden', sentenceFor(access, live.role))
    }
  }
}

function allows(caller: { role: (typeof roles)[number]; deployment: boolean }, access: RouteAccess): boolean {
  if (access === 'public') return true
  if (access === 'deployment') return caller.deployment
  return roles.indexOf(caller.role) >= roles.indexOf(access)
}

function sentenceFor(access: RouteAccess, role: string): string {
  return access === 'deployment'
    ? 'This call needs the deployment token'
    : `This call needs the role ${access}; this token has the role ${role}`
}
