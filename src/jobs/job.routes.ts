import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { callerOf } from '../access/route-access.ts'
import { IdParams } from '../contract/common.ts'
import { Job, JobInput } from '../contract/job.ts'
import { Preflight } from '../contract/preflight.ts'
import { checkJob, createJob, getJob, type JobDeps } from './job.service.ts'

export function jobRoutes(deps: JobDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.post(
      '/jobs',
      {
        config: { access: 'submitter', creates: { location: (job: Job) => `/api/v1/jobs/${job.id}` } },
        schema: {
          summary: 'Create a job with its casefiles and their aux files',
          body: JobInput,
          response: { 201: Job },
        },
      },
      async (request) => createJob(deps, callerOf(request), request.body),
    )

    app.post(
      '/jobs/check',
      {
        config: { access: 'submitter' },
        schema: {
          summary: 'Find out whether a job can run, before it is created; stores nothing',
          body: JobInput,
          response: { 200: Preflight },
        },
      },
      async (request) => checkJob(deps, callerOf(request), request.body),
    )

    app.get(
      '/jobs/:id',
      {
        config: { access: 'reader' },
        schema: { summary: 'Read a job', params: IdParams, response: { 200: Job } },
      },
      async (request) => getJob(deps.db, callerOf(request), request.params.id),
    )
  }
}
