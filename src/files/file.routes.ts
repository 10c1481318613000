import { Readable } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { callerOf } from '../access/route-access.ts'
import { IdParams } from '../contract/common.ts'
import { FileDetail, FilePage, FileQuery, VerifyInput, VerifyResult } from '../contract/file.ts'
import { getFile, listFiles, verifyFiles } from './file.service.ts'
import { type FileContentDeps, findContent } from './file-content.ts'
import type { Looker } from './look-at.ts'

export function fileRoutes(deps: FileContentDeps & { lookAt: Looker }): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/files',
      {
        config: { access: 'reader' },
        schema: {
          summary: 'Find files of the ledger: newest first, or by path below a path_prefix',
          querystring: FileQuery,
          response: { 200: FilePage },
        },
      },
      async (request) => listFiles(deps.db, callerOf(request), request.query),
    )

    app.get(
      '/files/:id',
      {
        config: { access: 'reader' },
        schema: {
          summary: 'Read a file with its versions, companions and uses',
          params: IdParams,
          response: { 200: FileDetail },
        },
      },
      async (request) => getFile(deps.db, callerOf(request), request.params.id),
    )

    app.get(
      '/files/:id/content',
      {
        config: { access: 'reader' },
        schema: {
          summary: 'Download the bytes of a file; takes a Range',
          params: IdParams,
          produces: ['application/octet-stream'],
        },
      },
      async (request, reply) => {
        const content = await findContent(deps, callerOf(request), request.params.id, request.headers.range)
        const body = request.method === 'HEAD' ? Readable.from([]) : await content.open()
        return reply.status(content.status).headers(content.headers).send(body)
      },
    )

    app.post(
      '/files/verify',
      {
        config: { access: 'submitter' },
        schema: {
          summary: 'Look at files again now',
          body: VerifyInput,
          response: { 200: VerifyResult },
        },
      },
      async (request) => verifyFiles(deps, callerOf(request), request.body),
    )
  }
}
