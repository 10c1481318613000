import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { callerOf } from '../access/route-access.ts'
import { Run, SubmissionCheck, SubmissionForm } from '../contract/run.ts'
import { type OrgParams, WorkflowParams } from '../contract/workflow.ts'
import { checkSubmission, type LaunchDeps, launchRun } from './launch.service.ts'
import type { SubmittedParts } from './submitted-part.ts'

export interface LaunchRouteDeps extends LaunchDeps {
  /** The parts of a request's body as they come; a body that is no form is one part, the payload. */
  readParts(request: FastifyRequest): SubmittedParts
}

/** As a body of any other type the primary file comes alone. */
const consumes = ['multipart/form-data', '*/*']

/** Below `/orgs/:org`. Bodies are left unread here, whatever their type: they are read while they are stored. */
export function launchRoutes(deps: LaunchRouteDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', async () => undefined)

    app.post(
      '/workflows/:id/runs',
      {
        config: {
          access: 'submitter',
          form: SubmissionForm,
          creates: {
            status: () => 202,
            location: ({ id }: Run, { org }: OrgParams) => `/api/v1/org/${org}/runs/${id}`,
          },
        },
        schema: {
          summary: 'Launch a workflow on a primary file and a file for each of its slots',
          consumes,
          params: WorkflowParams,
          response: { 202: Run },
        },
      },
      async (request) => launchRun(deps, callerOf(request), request.params.id, deps.readParts(request)),
    )

    app.post(
      '/workflows/:id/runs/check',
      {
        config: { access: 'submitter', form: SubmissionForm },
        schema: {
          summary: 'Check what launching would say of a submission; nothing is stored',
          consumes,
          params: WorkflowParams,
          response: { 200: SubmissionCheck },
        },
      },
      async (request) => checkSubmission(deps, callerOf(request), request.params.id, deps.readParts(request)),
    )
  }
}
