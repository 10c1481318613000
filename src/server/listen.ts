import type { FastifyInstance } from 'fastify'
import type { Config } from '../config.ts'
import { AppError } from '../errors.ts'
import { messageOf, systemCodeOf } from '../lib/system-error.ts'

/** Opens the port and says where; a port that cannot be had is `invalid_config`. */
export async function listen(
  app: Pick<FastifyInstance, 'listen'>,
  { host, port }: Pick<Config, 'host' | 'port'>,
): Promise<string> {
  try {
    return await app.listen({ host, port })
  } catch (cause) {
    throw new AppError('invalid_config', sentenceOf(cause, host, port), { cause })
  }
}

function sentenceOf(error: unknown, host: string, port: number): string {
  switch (systemCodeOf(error)) {
    case 'EADDRINUSE':
      return `Port ${port} of ${host} is in use by another program; stop it, or give another --port (0 takes any that is free)`
    case 'EACCES':
      return `This user may not listen on port ${port}; give a --port of 1024 or more`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `${host} is no address of this machine; give another --host`
    default:
      return `The port ${port} of ${host} cannot be opened: ${messageOf(error)}`
  }
}
