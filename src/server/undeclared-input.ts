import type { FastifyInstance, FastifyRequest } from 'fastify'
import '../access/route-access.ts'
import { refuseDetails } from '../access/faults.ts'
import { AppError, type ErrorDetail, sentenceOfDetails } from '../errors.ts'

/**
 * What a route does not say that it takes is refused and not dropped: a route without a schema of its query takes no
 * parameters, one without a schema of its body takes nothing or `{}`. A body that the service reads as it comes is not
 * seen here; pages for browsers and probes take what others hang on their addresses.
 */
export function registerUndeclaredInput(app: FastifyInstance): void {
  app.addHook('preValidation', async (request) => {
    const { config, schema } = request.routeOptions
    if (config.access === undefined || config.access === 'public') return
    if (schema?.querystring === undefined) refuseParameters(request)
    if (schema?.body === undefined) refuseDetails(faultsOfBody(request.body))
  })
}

function refuseParameters({ query }: FastifyRequest): void {
  const details = fieldsOf(query as object)
  const [first] = details
  if (first !== undefined) {
    throw new AppError('invalid_query', sentenceOfDetails(first, details.length), { details })
  }
}

function faultsOfBody(body: unknown): ErrorDetail[] {
  if (body === undefined || body === null) return []
  if (typeof body === 'object' && !Array.isArray(body)) return fieldsOf(body)
  return [{ field: '', message: 'has no meaning for this call; leave it out' }]
}

function fieldsOf(given: object): ErrorDetail[] {
  return Object.keys(given).map((field) => ({ field, message: 'is not a field of this request' }))
}
