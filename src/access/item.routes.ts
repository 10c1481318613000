import type { FastifyPluginAsync } from 'fastify'
import { type Static, type TSchema, Type } from 'typebox'
import { closed, IdParams, PageQuery, pageOf } from '../contract/common.ts'
import type { Page, PageRequest } from '../lib/page.ts'
import type { Caller } from './caller.ts'
import { callerOf, type RouteAccess } from './route-access.ts'

/** What the five routes of one kind of thing differ in. */
export interface ItemRoutes<
  Item extends TSchema,
  Made extends TSchema,
  Input extends TSchema,
  Patch extends TSchema,
> {
  path: `/${string}`
  access: Record<'read' | 'create' | 'update' | 'delete', RouteAccess>
  summaries: Record<'list' | 'read' | 'create' | 'update' | 'delete', string>
  /** `made` is what `create` answers. */
  schemas: { item: Item; made: Made; input: Input; patch: Patch }
  list: (caller: Caller, query: PageRequest) => Promise<Page<Static<Item>>>
  get: (caller: Caller, id: number) => Promise<Static<Item>>
  create: (caller: Caller, input: Static<Input>) => Promise<Static<Made> & { id: number }>
  update: (caller: Caller, id: number, patch: Static<Patch>) => Promise<Static<Item>>
  delete: (caller: Caller, id: number) => Promise<void>
}

/** The routes of things that an org keeps: list, create, read, update and delete, on one path. */
export function itemRoutes<
  Item extends TSchema,
  Made extends TSchema,
  Input extends TSchema,
  Patch extends TSchema,
>(items: ItemRoutes<Item, Made, Input, Patch>): FastifyPluginAsync {
  const { path, access, summaries, schemas } = items
  return async (app) => {
    app.get<{ Querystring: PageRequest }>(
      path,
      {
        config: { access: access.read },
        schema: {
          summary: summaries.list,
          querystring: closed(PageQuery),
          response: { 200: pageOf(schemas.item) },
        },
      },
      async (request) => items.list(callerOf(request), request.query),
    )

    app.post<{ Body: Static<Input> }>(
      path,
      {
        config: {
          access: access.create,
          creates: { location: (made: { id: number }) => `/api/v1${path}/${made.id}` },
        },
        schema: { summary: summaries.create, body: schemas.input, response: { 201: schemas.made } },
      },
      async (request) => items.create(callerOf(request), request.body as Static<Input>),
    )

    app.get<{ Params: { id: number } }>(
      `${path}/:id`,
      {
        config: { access: access.read },
        schema: { summary: summaries.read, params: IdParams, response: { 200: schemas.item } },
      },
      async (request) => items.get(callerOf(request), request.params.id),
    )

    app.patch<{ Params: { id: number } }>(
      `${path}/:id`,
      {
        config: { access: access.update },
        schema: {
          summary: summaries.update,
          params: IdParams,
          body: schemas.patch,
          response: { 200: schemas.item },
        },
      },
      async (request) => items.update(callerOf(request), request.params.id, request.body as Static<Patch>),
    )

    app.delete<{ Params: { id: number } }>(
      `${path}/:id`,
      {
        config: { access: access.delete },
        schema: { summary: summaries.delete, params: IdParams, response: { 204: Type.Null() } },
      },
      async (request, reply) => {
        await items.delete(callerOf(request), request.params.id)
        return reply.status(204).send(null)
      },
    )
  }
}
