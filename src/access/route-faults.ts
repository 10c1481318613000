import type { AppError, ErrorDetail } from '../errors.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * The faults of a body that its schema cannot tell. The route's service refuses them by itself; this says them beside
     * those of the schema, so that both come in one answer. Takes a body of any shape.
     */
    findFaults?: (body: unknown) => ErrorDetail[]
    /** Puts the refusal of a request into the words that this route's users know. */
    refusal?(error: AppError): AppError
  }
}
