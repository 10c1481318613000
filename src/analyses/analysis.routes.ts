import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { callerOf } from '../access/route-access.ts'
import {
  Analysis,
  AnalysisInput,
  AnalysisListQuery,
  AnalysisPage,
  AnalysisPatch,
  ProjectParams,
  RegisterQuery,
  ShowQuery,
} from '../contract/analysis.ts'
import { IdParams } from '../contract/common.ts'
import {
  type AnalysisDeps,
  createAnalysis,
  getAnalysis,
  updateAnalysis,
  verifyAnalysis,
} from './analysis.service.ts'
import { listAnalyses } from './analysis-list.service.ts'

export function analysisRoutes(deps: AnalysisDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.post(
      '/analysis/:project',
      {
        config: {
          access: 'submitter',
          creates: { location: (analysis: Analysis) => `/api/v1/analysis/${analysis.id}` },
        },
        schema: {
          summary: 'Register an analysis with its tree of outputs',
          params: ProjectParams,
          querystring: RegisterQuery,
          body: AnalysisInput,
          response: { 201: Analysis },
        },
      },
      async (request) =>
        createAnalysis(deps, callerOf(request), request.params.project, request.body, request.query),
    )

    app.get(
      '/analysis',
      {
        config: { access: 'reader' },
        schema: {
          summary: 'List analyses, newest first',
          querystring: AnalysisListQuery,
          response: { 200: AnalysisPage },
        },
      },
      async (request) => listAnalyses(deps.db, callerOf(request), request.query),
    )

    app.get(
      '/analysis/:id',
      {
        config: { access: 'reader' },
        schema: {
          summary: 'Read an analysis with its outputs as they are now, and what became of them',
          params: IdParams,
          querystring: ShowQuery,
          response: { 200: Analysis },
        },
      },
      async (request) => getAnalysis(deps.db, callerOf(request), request.params.id, request.query),
    )

    app.patch(
      '/analysis/:id',
      {
        config: { access: 'submitter' },
        schema: {
          summary: 'Change an analysis; outputs replace the whole tree, meta is merged',
          params: IdParams,
          querystring: RegisterQuery,
          body: AnalysisPatch,
          response: { 200: Analysis },
        },
      },
      async (request) =>
        updateAnalysis(deps, callerOf(request), request.params.id, request.body, request.query),
    )

    app.post(
      '/analysis/:id/verify',
      {
        config: { access: 'submitter' },
        schema: {
          summary: 'Look at all files of an analysis again now',
          params: IdParams,
          querystring: ShowQuery,
          response: { 200: Analysis },
        },
      },
      async (request) => verifyAnalysis(deps, callerOf(request), request.params.id, request.query),
    )
  }
}
