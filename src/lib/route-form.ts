import type { TSchema } from 'typebox'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The parts of a form that the route reads as they come, for people: its service checks them, not the server. */
    form?: TSchema
  }
}
