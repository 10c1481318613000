import type { FastifyInstance } from 'fastify'
import type { Metrics } from './metrics.ts'

export function registerMetrics(app: FastifyInstance, { registry, httpDuration }: Metrics): void {
  app.addHook('onResponse', async (request, reply) => {
    const route = request.is404 ? 'unknown' : (request.routeOptions.url ?? 'unknown')
    httpDuration.observe(
      { method: request.method, route, status: reply.statusCode },
      reply.elapsedTime / 1000,
    )
  })
  app.get(
    '/metrics',
    {
      config: { access: 'reader' },
      schema: { summary: 'Numbers about this server, for Prometheus', produces: ['text/plain'] },
    },
    async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()),
  )
}
