import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { closed, ErrorBody, IdParams, PageQuery } from '../contract/common.ts'
import { Project, ProjectInput, ProjectPage, ProjectPatch } from '../contract/project.ts'
import type { Db } from '../db/client.ts'
import * as service from './project.service.ts'
import { callerOf } from './route-access.ts'

export function projectRoutes({ db }: { db: Db }): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/projects',
      {
        config: { access: 'reader' },
        schema: {
          summary: 'List the projects of the org',
          querystring: closed(PageQuery),
          response: { 200: ProjectPage, '4xx': ErrorBody },
        },
      },
      async (request) => service.listProjects(db, callerOf(request), request.query),
    )

    app.post(
      '/projects',
      {
        config: {
          access: 'submitter',
          creates: { location: (project: Project) => `/api/v1/projects/${project.id}` },
        },
        schema: {
          summary: 'Make a project',
          body: ProjectInput,
          response: { 201: Project, '4xx': ErrorBody },
        },
      },
      async (request) => service.createProject(db, callerOf(request), request.body),
    )

    app.get(
      '/projects/:id',
      {
        config: { access: 'reader' },
        schema: {
          summary: 'Read a project',
          params: IdParams,
          response: { 200: Project, '4xx': ErrorBody },
        },
      },
      async (request) => service.getProject(db, callerOf(request), request.params.id),
    )

    app.patch(
      '/projects/:id',
      {
        config: { access: 'author' },
        schema: {
          summary: 'Rename a project or describe it',
          params: IdParams,
          body: ProjectPatch,
          response: { 200: Project, '4xx': ErrorBody },
        },
      },
      async (request) => service.updateProject(db, callerOf(request), request.params.id, request.body),
    )

    app.delete(
      '/projects/:id',
      {
        config: { access: 'owner' },
        schema: {
          summary: 'Delete a project that nothing uses',
          params: IdParams,
          response: { 204: Type.Null(), '4xx': ErrorBody },
        },
      },
      async (request, reply) => {
        await service.deleteProject(db, callerOf(request), request.params.id)
        return reply.status(204).send(null)
      },
    )
  }
}
