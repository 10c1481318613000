import type { FastifyInstance } from 'fastify'
import { AppError } from '../errors.ts'

/** A server that closes finishes what it has and takes nothing new on the connections that still stand. */
export function registerShuttingDown(app: FastifyInstance): void {
  let closing = false
  app.addHook('preClose', async () => {
    closing = true
  })
  app.addHook('onRequest', async (request) => {
    if (closing && request.routeOptions.url !== '/healthz') {
      throw new AppError('unavailable', 'This server is shutting down; try again')
    }
  })
}
