import type { FastifyPluginAsync } from 'fastify'
import { AppError } from '../errors.ts'
import { callerOf } from './route-access.ts'

/** Routes of what an org owns, below its address. Any org but the caller's own is as unknown as one that is not there. */
export function ownOrgRoutes(plugins: readonly FastifyPluginAsync[]): FastifyPluginAsync {
  const routes: FastifyPluginAsync = async (app) => {
    app.addHook<{ Params: { org: string } }>('preHandler', async (request) => {
      const { orgId, orgSlug } = callerOf(request)
      const { org } = request.params
      if (org === String(orgId) || org === orgSlug) return
      throw new AppError('not_found', 'Org not found')
    })
    for (const plugin of plugins) await app.register(plugin)
  }
  return async (app) => {
    await app.register(routes, { prefix: '/orgs/:org' })
  }
}
