import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { closed, ErrorBody, IdParams, PageQuery } from '../contract/common.ts'
import { Token, TokenInput, TokenMade, TokenPage, TokenPatch } from '../contract/token.ts'
import type { Db } from '../db/client.ts'
import { callerOf } from './route-access.ts'
import * as service from './token.service.ts'

export function tokenRoutes({ db }: { db: Db }): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/tokens',
      {
        config: { access: 'owner' },
        schema: {
          summary: 'List the tokens of the org, revoked ones too',
          querystring: closed(PageQuery),
          response: { 200: TokenPage, '4xx': ErrorBody },
        },
      },
      async (request) => service.listTokens(db, callerOf(request), request.query),
    )

    app.post(
      '/tokens',
      {
        config: {
          access: 'owner',
          creates: { location: (token: TokenMade) => `/api/v1/tokens/${token.id}` },
        },
        schema: {
          summary: 'Make a token; this answer alone holds it',
          body: TokenInput,
          response: { 201: TokenMade, '4xx': ErrorBody },
        },
      },
      async (request) => service.createToken(db, callerOf(request), request.body),
    )

    app.get(
      '/tokens/:id',
      {
        config: { access: 'owner' },
        schema: {
          summary: 'Read a token',
          params: IdParams,
          response: { 200: Token, '4xx': ErrorBody },
        },
      },
      async (request) => service.getToken(db, callerOf(request), request.params.id),
    )

    app.patch(
      '/tokens/:id',
      {
        config: { access: 'owner' },
        schema: {
          summary: 'Rename a token, or change its role or expiry',
          params: IdParams,
          body: TokenPatch,
          response: { 200: Token, '4xx': ErrorBody },
        },
      },
      async (request) => service.updateToken(db, callerOf(request), request.params.id, request.body),
    )

    app.delete(
      '/tokens/:id',
      {
        config: { access: 'owner' },
        schema: {
          summary: 'Revoke a token at once; its row stays',
          params: IdParams,
          response: { 204: Type.Null(), '4xx': ErrorBody },
        },
      },
      async (request, reply) => {
        await service.revokeToken(db, callerOf(request), request.params.id)
        return reply.status(204).send(null)
      },
    )
  }
}
