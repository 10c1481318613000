import type { FastifyInstance } from 'fastify'
import { sql } from 'kysely'
import type { Db } from '../db/client.ts'
import { AppError } from '../errors.ts'

const keepMs = 1_000
const databaseTimeoutMs = 2_000

/**
 * `/healthz`: the process lives. `/readyz`: it can serve requests. The database is asked at most once a second,
 * however often this is.
 */
export function registerHealthRoutes(app: FastifyInstance, db: Db): void {
  const askDatabase = keepFor(keepMs, () => databaseAnswers(db))

  app.get(
    '/healthz',
    { config: { access: 'public' }, schema: { summary: 'Is the process alive' } },
    async () => ({
      status: 'alive',
    }),
  )
  app.get(
    '/readyz',
    { config: { access: 'public' }, schema: { summary: 'Can this server take requests now' } },
    async () => {
      if (!(await askDatabase())) throw new AppError('unavailable', 'The database does not answer')
      return { status: 'ready' }
    },
  )
}

async function databaseAnswers(db: Db): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, databaseTimeoutMs, false)
  })
  const answer = sql`select 1`.execute(db).then(
    () => true,
    () => false,
  )
  return await Promise.race([answer, timeout]).finally(() => clearTimeout(timer))
}

/** The last answer, and one question for all who ask while it is under way. */
function keepFor<T>(ms: number, ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined
  let until = 0
  return () => {
    if (answer === undefined || Date.now() >= until) {
      until = Number.POSITIVE_INFINITY
      answer = ask().finally(() => {
        until = Date.now() + ms
      })
    }
    return answer
  }
}
