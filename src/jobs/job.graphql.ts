import { type GraphqlFields, graphqlField } from '../access/graphql-field.ts'
import { IdArgs } from '../contract/common.ts'
import { Job } from '../contract/job.ts'
import type { Db } from '../db/client.ts'
import { getJob } from './read-jobs.ts'

export function jobFields(db: Db): GraphqlFields {
  return {
    query: {
      job: graphqlField({
        summary: 'A job with its kases, their casefiles and aux files',
        access: 'reader',
        args: IdArgs,
        answer: Job,
        resolve: (caller, { id }) => getJob(db, caller, id),
      }),
    },
  }
}
