import type { FastifyInstance } from 'fastify'
import '../access/route-access.ts'
import '../idempotency/route-creates.ts'
import '../lib/route-form.ts'

/** The reference page's routes are a plugin's and public; an address that is never reached is a fault of ours. */
export function registerRouteRules(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    const name = `${route.method} ${route.url}`
    if (route.url === '/docs' || route.url.startsWith('/docs/'))
      route.config = { ...route.config, access: 'public' }
    if (/\/org(\/|$)/.test(route.url)) {
      throw new Error(`${name} is never reached: what belongs to an org is declared under /orgs`)
    }
  })
}
