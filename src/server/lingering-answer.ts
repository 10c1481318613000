import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { announcesBody } from './announced-body.ts'
import type { ServerLimits } from './server-limits.ts'

/**
 * An answer given while the body still comes. Closing the connection then resets it, and the client never
 * reads the answer; so the answer goes out whole at once, but its stream ends, and with it the connection,
 * only when what still came is read and thrown away, or after `lingerMs`.
 */
export function registerLingering(app: FastifyInstance, { lingerMs }: ServerLimits): void {
  app.addHook('onSend', async (request, reply, payload) => {
    if (request.raw.complete !== false || !announcesBody(request)) {
      // Fastify closes after any body that it could not parse; one that was read whole leaves nothing behind.
      if (request.raw.complete) reply.removeHeader('connection')
      return payload
    }
    if (payload !== null && typeof payload !== 'string' && !Buffer.isBuffer(payload)) return payload
    const answer = Buffer.from(payload ?? '')
    reply.header('connection', 'close').header('content-length', answer.length)
    return Readable.from(withPause(answer, () => discardRest(request, lingerMs)))
  })
}

async function* withPause(answer: Buffer, pause: () => Promise<void>): AsyncGenerator<Buffer> {
  yield answer
  await pause()
}

async function discardRest({ raw }: FastifyRequest, lingerMs: number): Promise<void> {
  const done = new AbortController()
  const finish = () => done.abort()
  raw.on('end', finish).on('close', finish).on('error', finish)
  raw.unpipe()
  raw.resume()
  await sleep(lingerMs, undefined, { signal: done.signal, ref: false }).catch(() => undefined)
}
