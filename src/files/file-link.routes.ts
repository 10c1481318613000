import { Readable } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { HTTPMethods } from 'fastify'
import { callerOf } from '../access/route-access.ts'
import { IdParams } from '../contract/common.ts'
import { FileLink, FileLinkInput, LinkParams } from '../contract/file.ts'
import { AppError } from '../errors.ts'
import { absoluteAddress } from '../lib/absolute-address.ts'
import { wireTime } from '../lib/wire-time.ts'
import { createLink, type FileLinkDeps, openLink } from './file-link.service.ts'

const defaultSeconds = 600

export function fileLinkRoutes(
  deps: FileLinkDeps & { publicUrl: string | undefined },
): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.post(
      '/files/:id/link',
      {
        config: { access: 'reader' },
        preValidation: async (request) => {
          request.body ??= {}
        },
        schema: {
          summary: 'Make a link that downloads this version of a file without a token, for some minutes',
          params: IdParams,
          body: FileLinkInput,
          response: { 201: FileLink },
        },
      },
      async (request, reply) => {
        const { expires_in: expiresIn = defaultSeconds } = request.body
        const { url, expiresAt } = await createLink(deps, callerOf(request), request.params.id, expiresIn)
        return reply.status(201).send({
          url: url.startsWith('/') ? absoluteAddress(deps.publicUrl, request, url) : url,
          expires_at: wireTime(expiresAt),
        })
      },
    )
  }
}

const otherMethods: HTTPMethods[] = ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/** At the root: where a signed link leads. */
export function signedLinkRoute(deps: FileLinkDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/links/:link',
      { config: { access: 'public' }, schema: { summary: 'Download by a link', params: LinkParams } },
      async (request, reply) => {
        const content = await openLink(deps, request.params.link, request.headers.range)
        const body = request.method === 'HEAD' ? Readable.from([]) : await content.open()
        return reply
          .status(content.status)
          .headers({ ...content.headers, 'cache-control': 'private, no-store' })
          .send(body)
      },
    )

    app.route({
      method: otherMethods,
      url: '/links/:link',
      config: { access: 'public' },
      schema: { hide: true },
      // Before anything is read of a body, and without asking for a token, which nobody has who has a link.
      onRequest: async (request, reply) => {
        reply.header('allow', 'GET, HEAD')
        throw new AppError(
          'not_found',
          `This address does not answer ${request.method}; it answers GET, HEAD`,
        )
      },
      handler: async () => {},
    })
  }
}
