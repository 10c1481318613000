import { type GraphqlFields, graphqlField } from '../access/graphql-field.ts'
import {
  Analysis,
  AnalysisArgs,
  AnalysisListQuery,
  AnalysisPage,
  CreateAnalysisArgs,
  UpdateAnalysisArgs,
} from '../contract/analysis.ts'
import { type AnalysisDeps, createAnalysis, getAnalysis, updateAnalysis } from './analysis.service.ts'
import { listAnalyses } from './analysis-list.service.ts'

export function analysisFields(deps: AnalysisDeps): Required<GraphqlFields> {
  return {
    query: {
      analysis: graphqlField({
        summary: 'An analysis with its outputs as they are now, and what became of them',
        access: 'reader',
        args: AnalysisArgs,
        answer: Analysis,
        resolve: (caller, { id, ...options }) => getAnalysis(deps.db, caller, id, options),
      }),
      analyses: graphqlField({
        summary: 'Analyses, newest first',
        access: 'reader',
        args: AnalysisListQuery,
        answer: AnalysisPage,
        resolve: (caller, query) => listAnalyses(deps.db, caller, query),
      }),
    },
    mutation: {
      analysis: {
        createAnalysis: graphqlField({
          summary: 'Registers an analysis with its tree of outputs',
          access: 'submitter',
          args: CreateAnalysisArgs,
          answer: Analysis,
          resolve: (caller, { project, analysis, ...options }) =>
            createAnalysis(deps, caller, project, analysis, options),
        }),
        updateAnalysis: graphqlField({
          summary: 'Changes an analysis; outputs replace the whole tree, meta is merged',
          access: 'submitter',
          args: UpdateAnalysisArgs,
          answer: Analysis,
          resolve: (caller, { analysis_id, analysis, ...options }) =>
            updateAnalysis(deps, caller, analysis_id, analysis, options),
        }),
      },
    },
  }
}
