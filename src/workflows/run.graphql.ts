import { type GraphqlFields, graphqlField } from '../access/graphql-field.ts'
import { IdArgs } from '../contract/common.ts'
import { Run } from '../contract/run.ts'
import type { Db } from '../db/client.ts'
import { getRun } from './run.service.ts'

export function runFields(db: Db): GraphqlFields {
  return {
    query: {
      run: graphqlField({
        summary: 'A run with its files, steps and findings',
        access: 'reader',
        args: IdArgs,
        answer: Run,
        resolve: (caller, { id }) => getRun(db, caller, id),
      }),
    },
  }
}
