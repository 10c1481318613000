import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { closed, ErrorBody, IdParams, PageQuery } from '../contract/common.ts'
import { Member, MemberInput, MemberPage, MemberPatch } from '../contract/member.ts'
import type { Db } from '../db/client.ts'
import * as service from './member.service.ts'
import { callerOf } from './route-access.ts'

export function memberRoutes({ db }: { db: Db }): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/members',
      {
        config: { access: 'owner' },
        schema: {
          summary: 'List the members of the org',
          querystring: closed(PageQuery),
          response: { 200: MemberPage, '4xx': ErrorBody },
        },
      },
      async (request) => service.listMembers(db, callerOf(request), request.query),
    )

    app.post(
      '/members',
      {
        config: {
          access: 'owner',
          creates: { location: (member: Member) => `/api/v1/members/${member.id}` },
        },
        schema: {
          summary: 'Make a member; the role is submitter unless given',
          body: MemberInput,
          response: { 201: Member, '4xx': ErrorBody },
        },
      },
      async (request) => service.createMember(db, callerOf(request), request.body),
    )

    app.get(
      '/members/:id',
      {
        config: { access: 'owner' },
        schema: {
          summary: 'Read a member',
          params: IdParams,
          response: { 200: Member, '4xx': ErrorBody },
        },
      },
      async (request) => service.getMember(db, callerOf(request), request.params.id),
    )

    app.patch(
      '/members/:id',
      {
        config: { access: 'owner' },
        schema: {
          summary: 'Rename a member or give another role',
          params: IdParams,
          body: MemberPatch,
          response: { 200: Member, '4xx': ErrorBody },
        },
      },
      async (request) => service.updateMember(db, callerOf(request), request.params.id, request.body),
    )

    app.delete(
      '/members/:id',
      {
        config: { access: 'owner' },
        schema: {
          summary: 'Remove a member and revoke its tokens',
          params: IdParams,
          response: { 204: Type.Null(), '4xx': ErrorBody },
        },
      },
      async (request, reply) => {
        await service.deleteMember(db, callerOf(request), request.params.id)
        return reply.status(204).send(null)
      },
    )
  }
}
