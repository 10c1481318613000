import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { callerOf } from '../access/route-access.ts'
import {
  Step,
  StepInput,
  StepPage,
  StepParams,
  StepPatch,
  StepWritten,
  WorkflowPageQuery,
  WorkflowParams,
} from '../contract/workflow.ts'
import { stepFaults } from './definition-faults.ts'
import type { WorkflowDeps } from './read-workflows.ts'
import { createStep, deleteStep, getStep, listSteps, updateStep } from './step.service.ts'

export function stepRoutes(deps: WorkflowDeps): FastifyPluginAsyncTypebox {
  const findFaults = (body: unknown) => stepFaults(body, deps)
  return async (app) => {
    app.get(
      '/workflows/:id/steps',
      {
        config: { access: 'reader' },
        schema: {
          summary: 'List the steps of a workflow',
          params: WorkflowParams,
          querystring: WorkflowPageQuery,
          response: { 200: StepPage },
        },
      },
      async (request) => listSteps(deps, callerOf(request), request.params.id, request.query),
    )

    app.post(
      '/workflows/:id/steps',
      {
        config: {
          access: 'author',
          findFaults,
          creates: {
            location: ({ index }: StepWritten, { org, id }: WorkflowParams) =>
              `/api/v1/org/${org}/workflows/${id}/steps/${index}`,
          },
        },
        schema: {
          summary: 'Add a step at the end of a workflow',
          params: WorkflowParams,
          body: StepInput,
          response: { 201: StepWritten },
        },
      },
      async (request) => createStep(deps, callerOf(request), request.params.id, request.body),
    )

    app.get(
      '/workflows/:id/steps/:index',
      {
        config: { access: 'reader' },
        schema: { summary: 'Read a step', params: StepParams, response: { 200: Step } },
      },
      async (request) => getStep(deps, callerOf(request), request.params.id, request.params.index),
    )

    app.patch(
      '/workflows/:id/steps/:index',
      {
        config: { access: 'author', findFaults },
        schema: {
          summary: 'Change a step; a config that is given replaces the whole config',
          params: StepParams,
          body: StepPatch,
          response: { 200: StepWritten },
        },
      },
      async (request) => {
        const { id, index } = request.params
        return await updateStep(deps, callerOf(request), id, index, request.body)
      },
    )

    app.delete(
      '/workflows/:id/steps/:index',
      {
        config: { access: 'author' },
        schema: {
          summary: 'Delete a step; those after it move up, and the answer is the step that was',
          params: StepParams,
          response: { 200: StepWritten },
        },
      },
      async (request) => deleteStep(deps, callerOf(request), request.params.id, request.params.index),
    )
  }
}
