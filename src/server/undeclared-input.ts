import type { FastifyInstance } from 'fastify'
import '../access/route-access.ts'
import { refuseDetails } from '../access/faults.ts'
import type { ErrorDetail } from '../errors.ts'
import { notAField } from './fault-message.ts'

/**
 * What a route does not say that it takes is refused and not dropped: a route without a schema of its query takes no
 * parameters, one without a schema of its body takes nothing or `{}`. A body that the service reads as it comes is not
 * seen here; pages for browsers and probes take what others hang on their addresses.
 */
export function registerUndeclaredInput(app: FastifyInstance): void {
  app.addHook('preValidation', async (request) => {
    const { config, schema } = request.routeOptions
    if (config.access === undefined || config.access === 'public') return
    if (schema?.querystring === undefined) refuseDetails(fieldsOf(request.query as object), 'invalid_query')
    if (schema?.body === undefined) refuseDetails(faultsOfBody(request.body))
  })
}

function faultsOfBody(body: unknown): ErrorDetail[] {
  if (body === undefined || body === null) return []
  if (typeof body === 'object' && !Array.isArray(body)) return fieldsOf(body)
  return [{ field: '', message: 'has no meaning for this call; leave it out' }]
}

function fieldsOf(given: object): ErrorDetail[] {
  return Object.keys(given).map((field) => ({ field, message: notAField }))
}
