import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, { type FastifyBaseLogger, LogController } from 'fastify'
import { accessRoutes } from '../access/access.routes.ts'
import type { Deployment } from '../access/deployment.ts'
import { createLastUses } from '../access/last-uses.ts'
import { ownOrgRoutes } from '../access/own-org.ts'
import { createRootsOf } from '../access/roots-of.ts'
import { signInPageRoute } from '../access/sign-in.routes.ts'
import { analysisRoutes } from '../analyses/analysis.routes.ts'
import { createRegister } from '../analyses/register-analyses.ts'
import { upstreamRoutes } from '../analyses/upstream.routes.ts'
import type { Database } from '../db/client.ts'
import { fileRoutes } from '../files/file.routes.ts'
import { fileLinkRoutes, signedLinkRoute } from '../files/file-link.routes.ts'
import { type FileTypes, shippedFileTypes } from '../files/file-types.ts'
import { createLooker } from '../files/look-at.ts'
import { createUploads } from '../files/uploads.ts'
import { jobRoutes } from '../jobs/job.routes.ts'
import { kaseRoutes } from '../jobs/kase.routes.ts'
import { insertStartingLists } from '../jobs/org-list.repository.ts'
import { orgListRoutes } from '../jobs/org-list.routes.ts'
import type { Stores } from '../storage/stores.ts'
import { builtInValidators } from '../validators/built-in-validators.ts'
import { validatorRoutes } from '../validators/validator.routes.ts'
import { createCommit } from '../workflows/commit-submission.ts'
import { launchRoutes } from '../workflows/launch.routes.ts'
import { libraryRoutes } from '../workflows/library.routes.ts'
import { findOriginalName } from '../workflows/original-name.ts'
import { createWorkflowFinder } from '../workflows/read-workflows.ts'
import { runRoutes } from '../workflows/run.routes.ts'
import { slotRoutes } from '../workflows/slot.routes.ts'
import { stepRoutes } from '../workflows/step.routes.ts'
import { findUploadedPaths } from '../workflows/uploaded-paths.repository.ts'
import { workflowRoutes } from '../workflows/workflow.routes.ts'
import { registerAccessLog } from './access-log.ts'
import { registerAddressText } from './address-text.ts'
import { createAuthenticator } from './authenticate.ts'
import { requireDeclaredAccess } from './declared-routes.ts'
import { handleError } from './error-handler.ts'
import { graphqlRoute } from './graphql/graphql.routes.ts'
import { graphqlFields } from './graphql/graphql-fields.ts'
import { registerHealthRoutes } from './health.routes.ts'
import { registerIdempotency } from './idempotency.ts'
import { registerBodyParsers } from './json-body.ts'
import { registerLingering } from './lingering-answer.ts'
import { registerMetrics } from './metrics.routes.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { registerOpenApi } from './openapi.ts'
import { registerRequestIds, requestIdOf } from './request-id.ts'
import { rewriteUrl } from './rewrite-url.ts'
import { registerRouteRules } from './route-rules.ts'
import { compilersFactory } from './schema-compilers.ts'
import { registerSecurityHeaders } from './security-headers.ts'
import {
  defaultLimits,
  maxHeaderBytes,
  maxParamLength,
  maxTextPartBytes,
  type ServerLimits,
} from './server-limits.ts'
import { registerShuttingDown } from './shutting-down.ts'
import { registerSlowBodies } from './slow-bodies.ts'
import { submittedParts } from './submitted-parts.ts'
import { registerUndeclaredInput } from './undeclared-input.ts'
import { registerUnknownAddress } from './unknown-address.ts'
import { answerBadAddress, answerUnreadable, registerBareAnswers } from './unreadable-requests.ts'

export interface AppDeps {
  database: Database
  stores: Stores
  deployment: Deployment
  log: FastifyBaseLogger
  /** Default: one of its own. */
  metrics?: Metrics
  limits?: Partial<ServerLimits>
  /** Of auxiliary files. Default: those that are shipped. */
  fileTypes?: FileTypes
}

/** The whole server without its port. Hooks run in the order in which they are registered. */
export async function buildApp(deps: AppDeps) {
  const { db } = deps.database
  const rootsOf = createRootsOf(db)
  const { storeRoot, publicUrl } = deps.deployment
  const uploads = createUploads({ db, storeRoot, find: findUploadedPaths })
  const lookAt = createLooker({ rootsOf, stores: deps.stores, uploads })
  const analyses = { db, lookAt, rootsOf, register: createRegister(db) }
  const { fileTypes = shippedFileTypes } = deps
  const workflows = { db, fileTypes, validators: builtInValidators }
  const files = {
    db,
    fileTypes,
    lookAt,
    stores: deps.stores,
    uploads,
    findOriginalName,
  }
  const limits = { ...defaultLimits, ...deps.limits }
  const { primaryBytes, auxiliaryBytes } = limits
  const lastUses = createLastUses(db, deps.log)
  const authenticate = createAuthenticator(db, lastUses)

  const app = Fastify({
    loggerInstance: deps.log,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: requestIdOf,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength },
    rewriteUrl,
    bodyLimit: limits.bodyBytes,
    return503OnClosing: false,
    http: {
      maxHeaderSize: maxHeaderBytes,
      headersTimeout: limits.headersMs,
      requireHostHeader: false,
    },
    schemaController: { compilersFactory },
    clientErrorHandler: answerUnreadable,
    frameworkErrors: answerBadAddress,
  }).withTypeProvider<TypeBoxTypeProvider>()
  // Node drops headers past this number without a word; their size is limited instead.
  app.server.maxHeadersCount = 0
  registerBareAnswers(app)

  app.decorateRequest('caller', null)
  app.setErrorHandler(handleError)
  registerRouteRules(app)
  requireDeclaredAccess(app)
  registerRequestIds(app)
  registerAccessLog(app)
  registerShuttingDown(app)
  registerBodyParsers(app)
  registerSlowBodies(app, limits)
  app.addHook('onRequest', authenticate)
  app.addHook('onClose', () => lastUses.flush())
  registerAddressText(app)
  registerUndeclaredInput(app)
  registerIdempotency(app, db)
  registerSecurityHeaders(app)
  registerLingering(app, limits)
  registerUnknownAddress(app, authenticate)
  await registerOpenApi(app)

  registerHealthRoutes(app, db)
  registerMetrics(app, deps.metrics ?? createMetrics({ database: deps.database }))
  for (const prefix of ['/api/v1', '/api']) {
    await app.register(jobRoutes({ db, lookAt, rootsOf, stores: deps.stores }), { prefix })
    await app.register(kaseRoutes({ db, lookAt, stores: deps.stores }), { prefix })
  }
  await app.register(fileRoutes(files), { prefix: '/api/v1' })
  await app.register(fileLinkRoutes({ ...files, publicUrl }), { prefix: '/api/v1' })
  for (const prefix of ['/api/v1', '']) {
    await app.register(analysisRoutes(analyses), { prefix })
  }
  await app.register(upstreamRoutes(analyses), { prefix: '/api/v1' })
  await app.register(accessRoutes({ db, deployment: deps.deployment, startOrg: insertStartingLists }), {
    prefix: '/api/v1',
  })
  await app.register(orgListRoutes({ db }), { prefix: '/api/v1' })
  await app.register(validatorRoutes(workflows), { prefix: '/api/v1' })
  const store = deps.stores.storeFor(storeRoot)
  const launches = {
    ...workflows,
    fileTypes,
    findWorkflow: createWorkflowFinder(db),
    limits: { primaryBytes, auxiliaryBytes, textBytes: maxTextPartBytes },
    store,
    intake: store && { store, commit: createCommit({ db, store, log: deps.log }) },
    log: deps.log,
    readParts: submittedParts,
  }
  const inOrg = [workflowRoutes, slotRoutes, stepRoutes, runRoutes].map((routes) => routes(workflows))
  inOrg.push(launchRoutes(launches), libraryRoutes(launches))
  await app.register(ownOrgRoutes(inOrg), { prefix: '/api/v1' })
  await app.register(graphqlRoute({ db, fields: graphqlFields(analyses) }))
  await app.register(signInPageRoute({ db }))
  await app.register(signedLinkRoute(files))
  return app
}
