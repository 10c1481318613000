import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { callerOf } from '../access/route-access.ts'
import { IdParams } from '../contract/common.ts'
import { AuxFile, AuxFileParams, AuxFilePatch, Kase, KaseOutputsInput } from '../contract/job.ts'
import { updateAuxFile } from './aux-file.service.ts'
import { type KaseOutputsDeps, reportOutputs } from './kase-outputs.service.ts'
import { tellOfAuxFile } from './named-files.ts'

export function kaseRoutes(deps: KaseOutputsDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.post(
      '/kases/:id/outputs',
      {
        config: { access: 'submitter', creates: { status: () => 200 }, refusal: tellOfAuxFile },
        schema: {
          summary: 'Report the outputs of a kase',
          description:
            'Either `files`, or a `folder` of a location: of it, what was modified since the kase started (or its job was submitted) and is not its casefile or an input as it was. The first report of a kase that no engine of the server runs completes it.',
          params: IdParams,
          body: KaseOutputsInput,
          response: { 200: Kase },
        },
      },
      async (request) => reportOutputs(deps, callerOf(request), request.params.id, request.body),
    )

    app.patch(
      '/kases/:id/aux_files/:aux_id',
      {
        config: { access: 'submitter' },
        schema: {
          summary: 'Say whether an aux file of a kase was downloaded',
          description: 'Of a file that is an input and an output of the kase, the output is meant.',
          params: AuxFileParams,
          body: AuxFilePatch,
          response: { 200: AuxFile },
        },
      },
      async (request) => updateAuxFile(deps.db, callerOf(request), request.params, request.body),
    )
  }
}
