import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { callerOf } from '../access/route-access.ts'
import {
  LibraryFile,
  LibraryForm,
  LibraryPage,
  LibraryPageQuery,
  LibraryParams,
  UploadedLibraryFile,
} from '../contract/library.ts'
import { OrgParams } from '../contract/workflow.ts'
import { deleteLibraryFile, getLibraryFile, listLibraryFiles } from './library.service.ts'
import { type LibraryDeps, putLibraryFile } from './put-library-file.ts'
import type { SubmittedParts } from './submitted-part.ts'

export interface LibraryRouteDeps extends LibraryDeps {
  /** The parts of a request's body as they come; a body that is no form is one part, the payload. */
  readParts(request: FastifyRequest): SubmittedParts
}

/** Below `/orgs/:org`. Bodies are left unread here, whatever their type: they are read while they are stored. */
export function libraryRoutes(deps: LibraryRouteDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', async () => undefined)

    app.get(
      '/library',
      {
        config: { access: 'reader' },
        schema: {
          summary: 'List the files that the org keeps for its workflows',
          params: OrgParams,
          querystring: LibraryPageQuery,
          response: { 200: LibraryPage },
        },
      },
      async (request) => listLibraryFiles(deps.db, callerOf(request), request.query),
    )

    app.get(
      '/library/:name',
      {
        config: { access: 'reader' },
        schema: { summary: 'Read a library file', params: LibraryParams, response: { 200: LibraryFile } },
      },
      async (request) => getLibraryFile(deps.db, callerOf(request), request.params.name),
    )

    app.put(
      '/library/:name',
      {
        config: { access: 'author', form: LibraryForm },
        schema: {
          summary: 'Keep a file under a name; other bytes than the current ones make a new version',
          consumes: ['application/octet-stream', 'multipart/form-data'],
          params: LibraryParams,
          response: { 200: UploadedLibraryFile, 201: UploadedLibraryFile },
        },
      },
      async (request, reply) => {
        const { org, name } = request.params
        const { file, isNew } = await putLibraryFile(deps, callerOf(request), name, deps.readParts(request))
        if (isNew) {
          reply.header('location', `/api/v1/org/${org}/library/${encodeURIComponent(file.name)}`)
        }
        return reply.status(isNew ? 201 : 200).send(file)
      },
    )

    app.delete(
      '/library/:name',
      {
        config: { access: 'author' },
        schema: {
          summary: 'Delete a library file that no workflow names; what runs took of it stays',
          params: LibraryParams,
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        await deleteLibraryFile(deps.db, callerOf(request), request.params.name)
        return reply.status(204).send(null)
      },
    )
  }
}
