import type { FastifyInstance } from 'fastify'

const pagePolicy =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
const dataPolicy = "default-src 'none'; frame-ancestors 'none'; sandbox"

/** Pages run only what this server serves; anything else runs nothing, whatever a browser takes it for. */
export function registerSecurityHeaders(app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply, payload) => {
    const isPage = String(reply.getHeader('content-type') ?? '').startsWith('text/html')
    reply
      .header('x-content-type-options', 'nosniff')
      .header('referrer-policy', 'no-referrer')
      .header('content-security-policy', isPage ? pagePolicy : dataPolicy)
    const isAnswer = reply.getHeader('cache-control') === undefined && request.caller !== null
    if (isAnswer) reply.header('cache-control', 'no-store')
    return payload
  })
}
