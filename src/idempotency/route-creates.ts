/**
 * What a POST makes, said in the route's config. It gives the answer its status and `Location`, and lets the
 * route take an `Idempotency-Key`: its service writes through `writeOnce`, and its handler answers what that
 * gave back, as it is. An answer may hold a secret: it is kept sealed.
 */
export interface Creates {
  /** Where the new thing can be read, from the answer's value and the parameters of the address that made it. */
  location?(value: unknown, params: unknown): string
  /** Default 201. */
  status?(value: unknown): 200 | 201 | 202
}

declare module 'fastify' {
  interface FastifyContextConfig {
    creates?: Creates
  }
}
