import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { closed, IdParams, PageQuery } from '../contract/common.ts'
import { Location, LocationInput } from '../contract/location.ts'
import { Me, OrgInput, OrgMade, OrgPage } from '../contract/org.ts'
import { createOrgLocation, type LocationDeps } from './location.service.ts'
import { createOrg, createOwnerToken, getMe, listOrgs, type OrgDeps } from './org.service.ts'
import { callerOf } from './route-access.ts'

export function orgRoutes(deps: OrgDeps & LocationDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/me',
      {
        config: { access: 'reader' },
        schema: { summary: 'Read whose token this is', response: { 200: Me } },
      },
      async (request) => getMe(deps.db, callerOf(request)),
    )

    app.get(
      '/orgs',
      {
        config: { access: 'deployment' },
        schema: {
          summary: 'List the orgs of the deployment',
          querystring: closed(PageQuery),
          response: { 200: OrgPage },
        },
      },
      async (request) => listOrgs(deps.db, request.query),
    )

    app.post(
      '/orgs',
      {
        config: { access: 'deployment', creates: {} },
        schema: {
          summary: 'Make an org; this answer alone holds the token of its owner',
          body: OrgInput,
          response: { 201: OrgMade },
        },
      },
      async (request) => createOrg(deps, callerOf(request), request.body),
    )

    app.post(
      '/orgs/:id/owner-token',
      {
        config: { access: 'deployment', creates: {} },
        schema: {
          summary: 'Make a new owner token for an org whose owners have lost theirs',
          params: IdParams,
          response: { 201: OrgMade },
        },
      },
      async (request) => createOwnerToken(deps, callerOf(request), request.params.id),
    )

    app.post(
      '/orgs/:id/locations',
      {
        config: { access: 'deployment', creates: {} },
        schema: {
          summary: 'Add a location to any org',
          params: IdParams,
          body: LocationInput,
          response: { 201: Location },
        },
      },
      async (request) => createOrgLocation(deps, callerOf(request), request.params.id, request.body),
    )
  }
}
