import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, { type FastifyBaseLogger } from 'fastify'
import '../access/route-access.ts'
import type { Database } from '../db/client.ts'
import { AppError } from '../errors.ts'
import { fileRoutes } from '../files/file.routes.ts'
import { createLooker } from '../files/look-at.ts'
import { jobRoutes } from '../jobs/job.routes.ts'
import type { Stores } from '../storage/stores.ts'
import { createAuthenticator } from './authenticate.ts'
import { handleError } from './error-handler.ts'
import { compilersFactory } from './schema-compilers.ts'

export interface AppDeps {
  database: Database
  stores: Stores
  log: FastifyBaseLogger
}

export async function buildApp(deps: AppDeps) {
  const { db } = deps.database
  const lookAt = createLooker({ db, stores: deps.stores })

  const app = Fastify({
    loggerInstance: deps.log,
    routerOptions: { ignoreTrailingSlash: true },
    bodyLimit: 32 * 1024 * 1024,
    schemaController: { compilersFactory },
  }).withTypeProvider<TypeBoxTypeProvider>()

  app.decorateRequest('caller', null)
  app.setErrorHandler(handleError)
  app.setNotFoundHandler({ preHandler: createAuthenticator(db) }, async () => {
    throw new AppError('not_found')
  })
  app.addHook('onRoute', (route) => {
    if (route.config?.access === undefined) {
      throw new Error(`${route.method} ${route.url} does not declare what it asks of its caller`)
    }
  })
  app.addHook('onRequest', createAuthenticator(db))

  for (const prefix of ['/api/v1', '/api']) {
    await app.register(jobRoutes({ db, lookAt }), { prefix })
  }
  await app.register(fileRoutes({ db, stores: deps.stores, lookAt }), { prefix: '/api/v1' })
  app.get('/readyz', { config: { access: 'public' } }, async () => ({ status: 'ready' }))
  return app
}
