import type { FastifyInstance } from 'fastify'
import type { RouteAccess } from '../access/route-access.ts'

export interface DeclaredRoute {
  method: string
  url: string
  access: RouteAccess
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Every route that the app answers, for whoever has to try them all. */
    declaredRoutes: readonly DeclaredRoute[]
  }
}

/** From here on a route that does not say what it asks of its caller is refused, and the app does not start. */
export function requireDeclaredAccess(app: Pick<FastifyInstance, 'decorate' | 'addHook'>): void {
  const routes: DeclaredRoute[] = []
  app.decorate('declaredRoutes', routes)
  app.addHook('onRoute', (route) => {
    const access = route.config?.access
    if (access === undefined) {
      throw new Error(`${route.method} ${route.url} does not declare what it asks of its caller`)
    }
    for (const method of [route.method].flat()) routes.push({ method, url: route.url, access })
  })
}
