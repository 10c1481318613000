import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { callerOf } from '../access/route-access.ts'
import {
  Analysis,
  AnalysisInput,
  AnalysisSearch,
  ProjectParams,
  RegisterQuery,
  ShowQuery,
} from '../contract/analysis.ts'
import { Id, IdParams } from '../contract/common.ts'
import { type AnalysisDeps, createAnalysis, getAnalysis } from './analysis.service.ts'
import { searchAnalyses } from './analysis-list.service.ts'

/** The calls that clients of the product upstream make, so that they can move over as they are. */
export function upstreamRoutes(deps: AnalysisDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.put(
      '/analysis/:project',
      {
        config: { access: 'submitter' },
        schema: {
          summary: 'Register an analysis; answers its id',
          params: ProjectParams,
          querystring: RegisterQuery,
          body: AnalysisInput,
          response: { 200: Id },
        },
      },
      async (request) => {
        const { project } = request.params
        return (await createAnalysis(deps, callerOf(request), project, request.body, request.query)).id
      },
    )

    app.get(
      '/analysis/:id/details',
      {
        config: { access: 'reader' },
        schema: {
          summary: 'Read an analysis',
          params: IdParams,
          querystring: ShowQuery,
          response: { 200: Analysis },
        },
      },
      async (request) => getAnalysis(deps.db, callerOf(request), request.params.id, request.query),
    )

    app.post(
      '/analysis/query',
      {
        config: { access: 'reader' },
        schema: {
          summary: 'Find analyses, newest first; answers all at once',
          body: AnalysisSearch,
          response: { 200: Type.Array(Analysis) },
        },
      },
      async (request) => searchAnalyses(deps.db, callerOf(request), request.body),
    )
  }
}
