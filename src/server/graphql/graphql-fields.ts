import type { GraphqlFields } from '../../access/graphql-field.ts'
import { analysisFields } from '../../analyses/analysis.graphql.ts'
import type { AnalysisDeps } from '../../analyses/analysis.service.ts'
import { fileFields } from '../../files/file.graphql.ts'
import { jobFields } from '../../jobs/job.graphql.ts'
import { runFields } from '../../workflows/run.graphql.ts'

/** What the nouns add to the schema, in the order in which it shows them. */
export function graphqlFields(deps: AnalysisDeps): GraphqlFields {
  const { db } = deps
  const analyses = analysisFields(deps)
  return {
    query: { ...jobFields(db).query, ...runFields(db).query, ...analyses.query, ...fileFields(db).query },
    mutation: analyses.mutation,
  }
}
