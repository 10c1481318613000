import type { FastifyRequest } from 'fastify'
import { AppError } from '../errors.ts'

/** Bodies are taken as they are: one that is compressed could be of any size. */
export function assertPlainEncoding({ headers }: Pick<FastifyRequest, 'headers'>): void {
  const encoding = headers['content-encoding']
  if (encoding === undefined || encoding === 'identity') return
  throw new AppError(
    'unsupported_type',
    `The content encoding ${encoding} is not taken here; send the body as it is`,
  )
}
