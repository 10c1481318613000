import type { FastifyInstance, FastifyRequest, HTTPMethods } from 'fastify'
import { AppError } from '../errors.ts'

const methods: HTTPMethods[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

/** An address with another method is as unknown as one that nothing answers; `Allow` and the sentence say what is. */
export function registerUnknownAddress(
  app: FastifyInstance,
  authenticate: (request: FastifyRequest) => Promise<void>,
): void {
  app.setNotFoundHandler({ preHandler: authenticate }, async (request, reply) => {
    const [path = '/'] = (request.raw.url ?? '/').split('?', 1)
    const allowed = methods.filter((method) => app.findRoute({ method, url: path }) !== null)
    // A route that answers this method and found nothing has said all there is.
    if (allowed.length === 0 || allowed.includes(request.method))
      throw new AppError('not_found', 'Nothing is at this address')
    reply.header('allow', allowed.join(', '))
    throw new AppError(
      'not_found',
      `This address does not answer ${request.method}; it answers ${allowed.join(', ')}`,
    )
  })
}
