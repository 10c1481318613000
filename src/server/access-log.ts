import type { FastifyInstance, FastifyRequest } from 'fastify'

const quietRoutes = ['/healthz', '/readyz', '/metrics']

/** One line a request, when it is over. What probes ask every few seconds is detail. */
export function registerAccessLog(app: FastifyInstance): void {
  app.addHook('onResponse', async (request, reply) => {
    const { statusCode } = reply
    const route = request.routeOptions.url
    const fields = {
      method: request.method,
      url: loggedUrl(request),
      route,
      status: statusCode,
      durationMs: Math.round(reply.elapsedTime * 10) / 10,
      orgId: request.caller?.orgId,
      tokenId: request.caller?.tokenId,
    }
    if (statusCode >= 500) request.log.error(fields, 'Failed a request')
    else if (route !== undefined && quietRoutes.includes(route)) request.log.debug(fields, 'Answered')
    else request.log.info(fields, statusCode >= 400 ? 'Refused a request' : 'Answered')
  })
  app.addHook('onRequestAbort', async (request) => {
    request.log.info({ method: request.method, url: loggedUrl(request) }, 'The client went away')
  })
}

/** A signed link is as good as a token while it lives, so it is no line for a log. */
function loggedUrl({ originalUrl }: FastifyRequest): string {
  return originalUrl.replace(/^(\/links\/).*/s, '$1…')
}
