import type { FastifyRequest } from 'fastify'
import type { LastUses } from '../access/last-uses.ts'
import { roleReaches } from '../access/role.ts'
import type { RouteAccess } from '../access/route-access.ts'
import { mayBeForged, sessionTokenOf } from '../access/session-cookie.ts'
import { findLiveTokens, type LiveToken } from '../access/token.repository.ts'
import { isToken } from '../access/token.ts'
import type { Db } from '../db/client.ts'
import { AppError } from '../errors.ts'
import { createGatherer } from '../lib/gather.ts'

/**
 * Sets `request.caller` from the bearer token, or from a browser's cookie where there is none, and refuses
 * a caller below what the route asks. Nothing is remembered between requests, so a revocation holds at once; those who
 * come at the same moment are looked up together.
 */
export function createAuthenticator(db: Db, lastUses: LastUses): (request: FastifyRequest) => Promise<void> {
  const findLive = createGatherer((tokens: string[]) => findLiveTokens(db, tokens), { lanes: 2, most: 100 })
  return async (request) => {
    const access = request.routeOptions.config.access
    if (access === 'public' || request.caller !== null) return
    const live = await findPresented(findLive, request)
    if (live === undefined) throw new AppError('unauthorized')
    lastUses.note(live)
    request.caller = {
      orgId: live.org_id,
      orgSlug: live.org_slug,
      tokenId: live.id,
      memberName: live.member_name,
      role: live.role,
      deployment: live.deployment,
      address: request.ip,
      requestId: request.id,
    }
    if (access !== undefined && !allows(live, access)) {
      throw new AppError('forbidden', refusalOfRole(access, live.role))
    }
  }
}

async function findPresented(
  findLive: (token: string) => Promise<LiveToken | undefined>,
  request: FastifyRequest,
): Promise<LiveToken | undefined> {
  const { authorization } = request.headers
  const fromCookie = authorization === undefined
  const token = fromCookie
    ? sessionTokenOf(request.headers.cookie)
    : /^Bearer +(\S+)$/i.exec(authorization)?.[1]
  if (token === undefined || !isToken(token)) return undefined
  const live = await findLive(token)
  if (live === undefined || !fromCookie) return live
  if (mayBeForged(request)) {
    throw new AppError(
      'forbidden',
      'A browser session takes this call only from the pages of this server; use a token in the Authorization header',
    )
  }
  return live
}

function allows(caller: Pick<LiveToken, 'role' | 'deployment'>, access: RouteAccess): boolean {
  if (access === 'public') return true
  return access === 'deployment' ? caller.deployment : roleReaches(caller.role, access)
}

export function refusalOfRole(access: RouteAccess, role: string): string {
  return access === 'deployment'
    ? `This call needs the deployment token; this token has the role ${role}`
    : `This call needs the role ${access}; this token has the role ${role}`
}
