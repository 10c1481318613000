import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { closed, ErrorBody, IdParams, PageQuery } from '../contract/common.ts'
import { Location, LocationInput, LocationPage, LocationPatch } from '../contract/location.ts'
import type { LocationDeps } from './location.service.ts'
import * as service from './location.service.ts'
import { callerOf } from './route-access.ts'

export function locationRoutes(deps: LocationDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/locations',
      {
        config: { access: 'reader' },
        schema: {
          summary: 'List the folders and buckets that the org may point at',
          querystring: closed(PageQuery),
          response: { 200: LocationPage, '4xx': ErrorBody },
        },
      },
      async (request) => service.listLocations(deps.db, callerOf(request), request.query),
    )

    app.post(
      '/locations',
      {
        config: {
          access: 'owner',
          creates: { location: (location: Location) => `/api/v1/locations/${location.id}` },
        },
        schema: {
          summary: 'Add a location',
          body: LocationInput,
          response: { 201: Location, '4xx': ErrorBody },
        },
      },
      async (request) => service.createLocation(deps, callerOf(request), request.body),
    )

    app.get(
      '/locations/:id',
      {
        config: { access: 'reader' },
        schema: {
          summary: 'Read a location',
          params: IdParams,
          response: { 200: Location, '4xx': ErrorBody },
        },
      },
      async (request) => service.getLocation(deps.db, callerOf(request), request.params.id),
    )

    app.patch(
      '/locations/:id',
      {
        config: { access: 'owner' },
        schema: {
          summary: 'Rename a location',
          params: IdParams,
          body: LocationPatch,
          response: { 200: Location, '4xx': ErrorBody },
        },
      },
      async (request) => service.updateLocation(deps.db, callerOf(request), request.params.id, request.body),
    )

    app.delete(
      '/locations/:id',
      {
        config: { access: 'owner' },
        schema: {
          summary: 'Remove a location; the ledger keeps its files',
          params: IdParams,
          response: { 204: Type.Null(), '4xx': ErrorBody },
        },
      },
      async (request, reply) => {
        await service.deleteLocation(deps.db, callerOf(request), request.params.id)
        return reply.status(204).send(null)
      },
    )
  }
}
