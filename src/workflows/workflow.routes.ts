import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { callerOf } from '../access/route-access.ts'
import {
  OrgParams,
  Workflow,
  WorkflowCheck,
  WorkflowInput,
  WorkflowPage,
  WorkflowPageQuery,
  WorkflowParams,
  WorkflowPatch,
} from '../contract/workflow.ts'
import { workflowFaults } from './definition-faults.ts'
import type { WorkflowDeps } from './read-workflows.ts'
import {
  checkWorkflow,
  createWorkflow,
  deleteWorkflow,
  getWorkflow,
  listWorkflows,
  updateWorkflow,
} from './workflow.service.ts'

/** Below `/orgs/:org`, as all routes of workflows. */
export function workflowRoutes(deps: WorkflowDeps): FastifyPluginAsyncTypebox {
  const findFaults = (body: unknown) => workflowFaults(body, deps)
  return async (app) => {
    app.get(
      '/workflows',
      {
        config: { access: 'reader' },
        schema: {
          summary: 'List the workflows of the org',
          params: OrgParams,
          querystring: WorkflowPageQuery,
          response: { 200: WorkflowPage },
        },
      },
      async (request) => listWorkflows(deps, callerOf(request), request.query),
    )

    app.post(
      '/workflows',
      {
        config: {
          access: 'author',
          findFaults,
          creates: {
            location: ({ id }: Workflow, { org }: OrgParams) => `/api/v1/org/${org}/workflows/${id}`,
          },
        },
        schema: {
          summary: 'Make a workflow, with its slots and steps or without',
          params: OrgParams,
          body: WorkflowInput,
          response: { 201: Workflow },
        },
      },
      async (request) => createWorkflow(deps, callerOf(request), request.body),
    )

    app.get(
      '/workflows/:id',
      {
        config: { access: 'reader' },
        schema: { summary: 'Read a workflow', params: WorkflowParams, response: { 200: Workflow } },
      },
      async (request) => getWorkflow(deps, callerOf(request), request.params.id),
    )

    app.patch(
      '/workflows/:id',
      {
        config: { access: 'author', findFaults },
        schema: {
          summary: 'Change a workflow; slots and steps that are given replace all',
          params: WorkflowParams,
          body: WorkflowPatch,
          response: { 200: Workflow },
        },
      },
      async (request) => updateWorkflow(deps, callerOf(request), request.params.id, request.body),
    )

    app.delete(
      '/workflows/:id',
      {
        config: { access: 'author' },
        schema: {
          summary: 'Delete a workflow; its runs keep the definition that they were launched with',
          params: WorkflowParams,
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        await deleteWorkflow(deps, callerOf(request), request.params.id)
        return reply.status(204).send(null)
      },
    )

    app.get(
      '/workflows/:id/check',
      {
        config: { access: 'reader' },
        schema: {
          summary:
            'Check whether a workflow can work: what an author should know before a submitter finds out',
          params: WorkflowParams,
          response: { 200: WorkflowCheck },
        },
      },
      async (request) => checkWorkflow(deps, callerOf(request), request.params.id),
    )
  }
}
