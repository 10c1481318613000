import type { FastifyRequest } from 'fastify'

/** Whether the head of a request says that a body follows. Without one a request may still look incomplete. */
export function announcesBody({ headers }: Pick<FastifyRequest, 'headers'>): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}
