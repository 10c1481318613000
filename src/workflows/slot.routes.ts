import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { callerOf } from '../access/route-access.ts'
import {
  Slot,
  SlotInput,
  SlotPage,
  SlotParams,
  SlotPatch,
  SlotWritten,
  WorkflowPageQuery,
  WorkflowParams,
} from '../contract/workflow.ts'
import { slotFaults } from './definition-faults.ts'
import type { WorkflowDeps } from './read-workflows.ts'
import { createSlot, deleteSlot, getSlot, listSlots, updateSlot } from './slot.service.ts'

export function slotRoutes(deps: WorkflowDeps): FastifyPluginAsyncTypebox {
  const findFaults = (body: unknown) => slotFaults(body, deps)
  return async (app) => {
    app.get(
      '/workflows/:id/slots',
      {
        config: { access: 'reader' },
        schema: {
          summary: 'List the slots of a workflow in their order',
          params: WorkflowParams,
          querystring: WorkflowPageQuery,
          response: { 200: SlotPage },
        },
      },
      async (request) => listSlots(deps, callerOf(request), request.params.id, request.query),
    )

    app.post(
      '/workflows/:id/slots',
      {
        config: {
          access: 'author',
          findFaults,
          creates: {
            location: ({ slug }: SlotWritten, { org, id }: WorkflowParams) =>
              `/api/v1/org/${org}/workflows/${id}/slots/${slug}`,
          },
        },
        schema: {
          summary: 'Add a slot to a workflow',
          params: WorkflowParams,
          body: SlotInput,
          response: { 201: SlotWritten },
        },
      },
      async (request) => createSlot(deps, callerOf(request), request.params.id, request.body),
    )

    app.get(
      '/workflows/:id/slots/:slug',
      {
        config: { access: 'reader' },
        schema: { summary: 'Read a slot', params: SlotParams, response: { 200: Slot } },
      },
      async (request) => getSlot(deps, callerOf(request), request.params.id, request.params.slug),
    )

    app.patch(
      '/workflows/:id/slots/:slug',
      {
        config: { access: 'author', findFaults },
        schema: {
          summary: 'Change a slot',
          params: SlotParams,
          body: SlotPatch,
          response: { 200: SlotWritten },
        },
      },
      async (request) => {
        const { id, slug } = request.params
        return await updateSlot(deps, callerOf(request), id, slug, request.body)
      },
    )

    app.delete(
      '/workflows/:id/slots/:slug',
      {
        config: { access: 'author' },
        schema: {
          summary: 'Delete a slot; the answer is the slot that was',
          params: SlotParams,
          response: { 200: SlotWritten },
        },
      },
      async (request) => deleteSlot(deps, callerOf(request), request.params.id, request.params.slug),
    )
  }
}
