import type { FastifyInstance } from 'fastify'
import { AppError } from '../errors.ts'
import { unknownThing } from './error-handler.ts'

/** Text in an address that no row can hold: in the path it names nothing, in the query it is a fault. */
export function registerAddressText(app: FastifyInstance): void {
  app.addHook('preValidation', async (request) => {
    if (!request.raw.url?.includes('%')) return
    if (Object.values(request.params as Record<string, string>).some(isUnstorable)) {
      throw unknownThing(request)
    }
    const details = Object.entries(request.query as Record<string, string | string[]>)
      .filter(([name, value]) => isUnstorable(name) || [value].flat().some(isUnstorable))
      .map(([name]) => ({
        field: name.toWellFormed().replaceAll('\0', '\uFFFD'),
        message: 'holds the character U+0000 or half of a surrogate pair; remove it',
      }))
    if (details.length > 0) throw new AppError('invalid_query', undefined, { details })
  })
}

function isUnstorable(text: string): boolean {
  return text.includes('\0') || !text.isWellFormed()
}
