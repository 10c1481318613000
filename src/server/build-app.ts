import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, { type FastifyBaseLogger } from 'fastify'
import { accessRoutes } from '../access/access.routes.ts'
import type { Deployment } from '../access/deployment.ts'
import { createLastUses } from '../access/last-uses.ts'
import { signInPageRoute } from '../access/sign-in.routes.ts'
import type { Database } from '../db/client.ts'
import { AppError } from '../errors.ts'
import { fileRoutes } from '../files/file.routes.ts'
import { createLooker } from '../files/look-at.ts'
import { jobRoutes } from '../jobs/job.routes.ts'
import { insertStartingLists } from '../jobs/org-list.repository.ts'
import { orgListRoutes } from '../jobs/org-list.routes.ts'
import type { Stores } from '../storage/stores.ts'
import { createAuthenticator } from './authenticate.ts'
import { requireDeclaredAccess } from './declared-routes.ts'
import { handleError } from './error-handler.ts'
import { compilersFactory } from './schema-compilers.ts'

export interface AppDeps {
  database: Database
  stores: Stores
  deployment: Deployment
  log: FastifyBaseLogger
}

export async function buildApp(deps: AppDeps) {
  const { db } = deps.database
  const lookAt = createLooker({ db, stores: deps.stores })
  const lastUses = createLastUses(db, deps.log)
  const authenticate = createAuthenticator(db, lastUses)

  const app = Fastify({
    loggerInstance: deps.log,
    routerOptions: { ignoreTrailingSlash: true },
    bodyLimit: 32 * 1024 * 1024,
    schemaController: { compilersFactory },
  }).withTypeProvider<TypeBoxTypeProvider>()

  app.decorateRequest('caller', null)
  app.setErrorHandler(handleError)
  app.setNotFoundHandler({ preHandler: authenticate }, async () => {
    throw new AppError('not_found')
  })
  requireDeclaredAccess(app)
  app.addHook('onRequest', authenticate)
  app.addHook('onClose', () => lastUses.flush())

  for (const prefix of ['/api/v1', '/api']) {
    await app.register(jobRoutes({ db, lookAt }), { prefix })
  }
  await app.register(fileRoutes({ db, stores: deps.stores, lookAt }), { prefix: '/api/v1' })
  await app.register(accessRoutes({ db, deployment: deps.deployment, startOrg: insertStartingLists }), {
    prefix: '/api/v1',
  })
  await app.register(orgListRoutes({ db }), { prefix: '/api/v1' })
  await app.register(signInPageRoute({ db }))
  app.get('/readyz', { config: { access: 'public' } }, async () => ({ status: 'ready' }))
  return app
}
