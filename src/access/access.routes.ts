import type { FastifyPluginAsync } from 'fastify'
import { auditRoutes } from './audit.routes.ts'
import { locationRoutes } from './location.routes.ts'
import type { LocationDeps } from './location.service.ts'
import { memberRoutes } from './member.routes.ts'
import { orgRoutes } from './org.routes.ts'
import type { OrgDeps } from './org.service.ts'
import { projectRoutes } from './project.routes.ts'
import { signInRoutes } from './sign-in.routes.ts'
import { tokenRoutes } from './token.routes.ts'

/** Everything that an org's owner and a deployment administer, below the canonical prefix. */
export function accessRoutes(deps: OrgDeps & LocationDeps): FastifyPluginAsync {
  return async (app) => {
    await app.register(projectRoutes(deps))
    await app.register(memberRoutes(deps))
    await app.register(tokenRoutes(deps))
    await app.register(locationRoutes(deps))
    await app.register(orgRoutes(deps))
    await app.register(auditRoutes(deps))
    await app.register(signInRoutes({ db: deps.db, publicUrl: deps.deployment.publicUrl }))
  }
}
