import type { GraphqlFields } from '../../access/graphql-field.ts'
import type { Db } from '../../db/client.ts'
import { fileFields } from '../../files/file.graphql.ts'
import { jobFields } from '../../jobs/job.graphql.ts'

/** What the nouns add to the schema, in the order in which it shows them. */
export function graphqlFields({ db }: { db: Db }): GraphqlFields {
  return { query: { ...fileFields(db).query, ...jobFields(db).query } }
}
