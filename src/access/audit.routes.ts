import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { AuditPage, AuditQuery } from '../contract/audit.ts'
import type { Db } from '../db/client.ts'
import { listAudit } from './audit.service.ts'
import { callerOf } from './route-access.ts'

export function auditRoutes({ db }: { db: Db }): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/audit',
      {
        config: { access: 'owner' },
        schema: {
          summary: 'List who wrote what, newest first',
          querystring: AuditQuery,
          response: { 200: AuditPage },
        },
      },
      async (request) => listAudit(db, callerOf(request), request.query),
    )
  }
}
