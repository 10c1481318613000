import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify'
import { AppError } from '../errors.ts'

const methods: HTTPMethods[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

/**
 * An address with another method is as unknown as one that nothing answers; `Allow` and the sentence say what is. That is
 * decided after the token and before the body, whose type and form are no matter where nobody reads it.
 */
export function registerUnknownAddress(
  app: FastifyInstance,
  authenticate: (request: FastifyRequest) => Promise<void>,
): void {
  const refuse = async (request: FastifyRequest, reply: FastifyReply): Promise<never> => {
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
  }
  app.addHook('onRequest', async (request, reply) => {
    if (request.is404) await refuse(request, reply)
  })
  // For routes that hand over to it once they have looked.
  app.setNotFoundHandler({ preHandler: authenticate }, refuse)
}
