import type { FastifyInstance } from 'fastify'
import '../access/route-access.ts'
import '../access/route-creates.ts'

/** Faults of ours that would open a hole stop the start: a route that forgot to say who may call it, above all. */
export function registerRouteRules(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    const name = `${route.method} ${route.url}`
    if (route.url === '/docs' || route.url.startsWith('/docs/'))
      route.config = { ...route.config, access: 'public' }
    if (route.config?.access === undefined) {
      throw new Error(`${name} does not declare what it asks of its caller`)
    }
    if (/\/org(\/|$)/.test(route.url)) {
      throw new Error(`${name} is never reached: what belongs to an org is declared under /orgs`)
    }
  })
}
