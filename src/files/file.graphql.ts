import { type GraphqlFields, graphqlField } from '../access/graphql-field.ts'
import { IdArgs } from '../contract/common.ts'
import { FileDetail, FilePage, FileQuery } from '../contract/file.ts'
import type { Db } from '../db/client.ts'
import { getFile, listFiles } from './file.service.ts'

export function fileFields(db: Db): GraphqlFields {
  return {
    query: {
      file: graphqlField({
        summary: 'A file with its versions, companions and uses',
        access: 'reader',
        args: IdArgs,
        answer: FileDetail,
        resolve: (caller, { id }) => getFile(db, caller, id),
      }),
      files: graphqlField({
        summary: 'Files of the ledger: newest first, or by path below a pathPrefix',
        access: 'reader',
        args: FileQuery,
        answer: FilePage,
        resolve: (caller, query) => listFiles(db, caller, query),
      }),
    },
  }
}
