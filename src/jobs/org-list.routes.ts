import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type TSchema, Type } from 'typebox'
import { callerOf } from '../access/route-access.ts'
import { closed, ErrorBody, IdParams, PageQuery } from '../contract/common.ts'
import * as contract from '../contract/org-list.ts'
import type { Db } from '../db/client.ts'
import type { OrgList, OrgListPatch } from './org-list.repository.ts'
import * as service from './org-list.service.ts'

interface Wire {
  list: OrgList
  path: string
  one: string
  many: string
  item: TSchema
  page: TSchema
  input: TSchema
  patch: TSchema
}

const wires: Wire[] = [
  {
    list: 'priority',
    path: '/priorities',
    one: 'a priority',
    many: 'priorities',
    item: contract.Priority,
    page: contract.PriorityPage,
    input: contract.NameInput,
    patch: contract.NamePatch,
  },
  {
    list: 'engine',
    path: '/engines',
    one: 'an engine',
    many: 'engines',
    item: contract.Engine,
    page: contract.EnginePage,
    input: contract.EngineInput,
    patch: contract.EnginePatch,
  },
  {
    list: 'solver_version',
    path: '/solver-versions',
    one: 'a solver version',
    many: 'solver versions',
    item: contract.SolverVersion,
    page: contract.SolverVersionPage,
    input: contract.NameInput,
    patch: contract.NamePatch,
  },
]

export function orgListRoutes({ db }: { db: Db }): FastifyPluginAsyncTypebox {
  return async (app) => {
    for (const wire of wires) await app.register(routesOf(db, wire))
  }
}

function routesOf(db: Db, { list, path, one, many, ...schemas }: Wire): FastifyPluginAsyncTypebox {
  const input = Type.Unsafe<Required<Pick<OrgListPatch, 'name'>> & OrgListPatch>(schemas.input)
  const patch = Type.Unsafe<OrgListPatch>(schemas.patch)
  return async (app) => {
    app.get(
      path,
      {
        config: { access: 'reader' },
        schema: {
          summary: `List the ${many} of the org`,
          querystring: closed(PageQuery),
          response: { 200: schemas.page, '4xx': ErrorBody },
        },
      },
      async (request) => service.listItems(db, list, callerOf(request), request.query),
    )

    app.post(
      path,
      {
        config: {
          access: 'owner',
          creates: { location: (made: { id: number }) => `/api/v1${path}/${made.id}` },
        },
        schema: {
          summary: `Add ${one}`,
          body: input,
          response: { 201: schemas.item, '4xx': ErrorBody },
        },
      },
      async (request) => service.createItem(db, list, callerOf(request), request.body),
    )

    app.get(
      `${path}/:id`,
      {
        config: { access: 'reader' },
        schema: {
          summary: `Read ${one}`,
          params: IdParams,
          response: { 200: schemas.item, '4xx': ErrorBody },
        },
      },
      async (request) => service.getItem(db, list, callerOf(request), request.params.id),
    )

    app.patch(
      `${path}/:id`,
      {
        config: { access: 'owner' },
        schema: {
          summary: `Change ${one}`,
          params: IdParams,
          body: patch,
          response: { 200: schemas.item, '4xx': ErrorBody },
        },
      },
      async (request) => service.updateItem(db, list, callerOf(request), request.params.id, request.body),
    )

    app.delete(
      `${path}/:id`,
      {
        config: { access: 'owner' },
        schema: {
          summary: `Delete ${one} that no job uses`,
          params: IdParams,
          response: { 204: Type.Null(), '4xx': ErrorBody },
        },
      },
      async (request, reply) => {
        await service.deleteItem(db, list, callerOf(request), request.params.id)
        return reply.status(204).send(null)
      },
    )
  }
}
