import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { callerOf } from '../access/route-access.ts'
import { Run, RunPage, RunParams, RunQuery } from '../contract/run.ts'
import { OrgParams } from '../contract/workflow.ts'
import type { Db } from '../db/client.ts'
import { cancelRun, getRun, listRuns } from './run.service.ts'

/** Below `/orgs/:org`. */
export function runRoutes({ db }: { db: Db }): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/runs',
      {
        config: { access: 'reader' },
        schema: {
          summary: 'List runs, newest first',
          params: OrgParams,
          querystring: RunQuery,
          response: { 200: RunPage },
        },
      },
      async (request) => listRuns(db, callerOf(request), request.query),
    )

    app.get(
      '/runs/:id',
      {
        config: { access: 'reader' },
        schema: {
          summary: 'Read a run with its files, steps and findings',
          params: RunParams,
          response: { 200: Run },
        },
      },
      async (request) => getRun(db, callerOf(request), request.params.id),
    )

    app.post(
      '/runs/:id/cancel',
      {
        config: { access: 'submitter' },
        schema: {
          summary: 'Cancel a run that is queued',
          params: RunParams,
          response: { 200: Run },
        },
      },
      async (request) => cancelRun(db, callerOf(request), request.params.id),
    )
  }
}
