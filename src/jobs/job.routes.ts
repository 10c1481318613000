import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { callerOf } from '../access/route-access.ts'
import { IdParams } from '../contract/common.ts'
import { Job, JobInput, JobListQuery, JobPatch, JobStatuses, JobStatusQuery } from '../contract/job.ts'
import { Preflight } from '../contract/preflight.ts'
import { nextLink } from '../lib/next-link.ts'
import { bodyFaults } from './body-faults.ts'
import { checkJob, createJob, type JobDeps } from './job.service.ts'
import { controlJob, refuseOtherFields } from './job-control.service.ts'
import { listJobs } from './job-list.service.ts'
import { getJobStatus, listJobStatuses } from './job-status.service.ts'
import { tellOfAuxFile } from './named-files.ts'
import { getJob } from './read-jobs.ts'

/** How the faults of a job's body are found and told. */
const ofBody = { findFaults: bodyFaults, refusal: tellOfAuxFile }

export function jobRoutes(deps: JobDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.post(
      '/jobs',
      {
        config: {
          access: 'submitter',
          creates: { location: (job: Job) => `/api/v1/jobs/${job.id}` },
          ...ofBody,
        },
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
        config: { access: 'submitter', ...ofBody },
        schema: {
          summary: 'Find out whether a job can run, before it is created; stores nothing',
          body: JobInput,
          response: { 200: Preflight },
        },
      },
      async (request) => checkJob(deps, callerOf(request), request.body),
    )

    app.get(
      '/jobs',
      {
        config: { access: 'reader' },
        schema: {
          summary: 'List jobs, newest first',
          description:
            'By default those made with this token; in a browser, those of all sessions of the same member. The header `Link` with `rel="next"` leads to the next page. A page of very large jobs ends before its limit.',
          querystring: JobListQuery,
          response: { 200: Type.Array(Job) },
        },
      },
      async (request, reply) => {
        const { scope, limit } = request.query
        const { jobs, before } = await listJobs(deps.db, callerOf(request), request.query)
        if (before !== null) reply.header('link', nextLink(request.url, { scope, limit, before }))
        return jobs
      },
    )

    app.get(
      '/jobs/:id',
      {
        config: { access: 'reader' },
        schema: { summary: 'Read a job', params: IdParams, response: { 200: Job } },
      },
      async (request) => getJob(deps.db, callerOf(request), request.params.id),
    )

    app.patch(
      '/jobs/:id',
      {
        config: { access: 'submitter' },
        preValidation: async (request) => refuseOtherFields(request.body),
        schema: {
          summary: 'Pause, resume or kill a job',
          description:
            'What holds already changes nothing. A job that has finished cannot be paused or killed, and a kill is not taken back: 409.',
          params: IdParams,
          body: JobPatch,
          response: { 200: Job },
        },
      },
      async (request) => controlJob(deps.db, callerOf(request), request.params.id, request.body),
    )

    app.get(
      '/jobs/status',
      {
        config: { access: 'reader' },
        schema: {
          summary: 'How far several jobs are',
          description:
            "In the order asked for. A job that is unknown is left out; it may be another org's. `sim_id` and `machine` are null until an engine of the server runs the kase.",
          querystring: JobStatusQuery,
          response: { 200: JobStatuses },
        },
      },
      async (request) => listJobStatuses(deps.db, callerOf(request), request.query),
    )

    app.get(
      '/jobs/:id/status',
      {
        config: { access: 'reader' },
        schema: { summary: 'How far a job is', params: IdParams, response: { 200: JobStatuses } },
      },
      async (request) => getJobStatus(deps.db, callerOf(request), request.params.id),
    )
  }
}
