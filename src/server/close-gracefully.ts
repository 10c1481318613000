import type { FastifyInstance } from 'fastify'

const drainMs = 25_000

/** Takes nothing new, lets requests that run come to their end for `drainMs`, and then closes what is left. */
export async function closeGracefully(
  app: Pick<FastifyInstance, 'close' | 'server'>,
  ms = drainMs,
): Promise<void> {
  const timer = setTimeout(() => app.server.closeAllConnections(), ms)
  try {
    await app.close()
  } finally {
    clearTimeout(timer)
  }
}
