import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { AppError } from '../errors.ts'
import { announcesBody } from './announced-body.ts'
import type { ServerLimits } from './server-limits.ts'

/** Emitted by a request whose body is no longer wanted, with the reason, for whoever reads it. */
export const bodyRefused = Symbol('body refused')

/**
 * Refuses a body that comes slower than `slowBodyBytes` in each `slowBodyMs`, and lets one that flows take as
 * long as it needs. A body that waits for us to read it is not slow.
 */
export function registerSlowBodies(app: FastifyInstance, limits: ServerLimits): void {
  app.addHook('onRequest', async (request, reply) => {
    if (request.raw.complete === false && announcesBody(request)) watch(request, reply, limits)
  })
}

function watch(request: FastifyRequest, reply: FastifyReply, limits: ServerLimits): void {
  const { raw } = request
  const { socket } = raw
  let received = socket.bytesRead
  const timer = setInterval(() => {
    if (raw.complete || raw.destroyed || reply.sent) {
      clearInterval(timer)
      return
    }
    const isSlow = socket.bytesRead - received < limits.slowBodyBytes && raw.readableLength === 0
    received = socket.bytesRead
    if (!isSlow) return
    clearInterval(timer)
    const refusal = new AppError(
      'malformed_request',
      `The body came too slowly: less than ${limits.slowBodyBytes} bytes in ${limits.slowBodyMs / 1000} s`,
    )
    // Who reads the body piece by piece has something to take back before the answer is given.
    if (!raw.emit(bodyRefused, refusal)) reply.send(refusal)
  }, limits.slowBodyMs)
  timer.unref()
  raw.once('close', () => clearInterval(timer))
}
