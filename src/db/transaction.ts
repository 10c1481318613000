import {
  CompiledQuery,
  type ConnectionProvider,
  type DatabaseConnection,
  type Dialect,
  DummyDriver,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  Transaction,
} from 'kysely'
import { retry } from '../lib/retry.ts'
import { type Db, isOutdatedPlan, type Trx } from './client.ts'
import { SQLSTATE, sqlstateOf } from './sqlstate.ts'

/**
 * Runs `fn` in one READ COMMITTED transaction: all of it is kept, or none.
 * Statements that do not need each other's answers may be begun together, with `Promise.all`: they are sent in one
 * message, and done in the order in which they were begun.
 * A deadlock or serialization failure runs `fn` again, so it must do nothing outside the transaction.
 * A connection lost during the commit leaves open whether it was kept: the error is `unavailable`.
 */
export function inTransaction<T>(db: Db, fn: (trx: Trx) => Promise<T>): Promise<T> {
  return retry({ attempts: 5, firstDelayMs: 20, isRetryable: isTransactionRetryable }, async () => {
    if (db.isTransaction) throw new Error('There is a transaction already')
    return await db.getExecutor().provideConnection((connection) => transact(db, connection, fn))
  })
}

/** Statements that `fn` begins together are sent in one message; each is kept or not by itself. */
export function onOneConnection<T>(db: Db, fn: (db: Db) => Promise<T>): Promise<T> {
  return db.getExecutor().provideConnection(async (connection) => {
    const statements = createStatements(connection)
    try {
      return await fn(boundTo(db, statements))
    } finally {
      await statements.end()
    }
  })
}

const begin = CompiledQuery.raw('start transaction isolation level read committed')
const commit = CompiledQuery.raw('commit')
const rollback = CompiledQuery.raw('rollback')

async function transact<T>(db: Db, connection: DatabaseConnection, fn: (trx: Trx) => Promise<T>): Promise<T> {
  const statements = createStatements(connection)
  // Its answer is not waited for: it comes with that of the first statement.
  statements.provideConnection((open) => open.executeQuery(begin)).catch(() => {})
  try {
    const value = await fn(boundTo(db, statements))
    await statements.end()
    if (statements.failure !== undefined) throw statements.failure
    await connection.executeQuery(commit)
    return value
  } catch (error) {
    await statements.end()
    await connection.executeQuery(rollback)
    throw isAftermath(error) ? (statements.failure ?? error) : error
  }
}

interface Statements extends ConnectionProvider {
  /** The first that was told, if one was. */
  readonly failure: unknown
  /** Takes no more, and waits for those that were begun: one still under way would be done after what ends them. */
  end(): Promise<void>
}

function createStatements(connection: DatabaseConnection): Statements {
  const underWay = new Set<Promise<unknown>>()
  let hasEnded = false
  let failure: unknown
  const provideConnection: ConnectionProvider['provideConnection'] = async (consumer) => {
    if (hasEnded) throw new Error('A statement came after the end of its transaction')
    const done = consumer(connection)
    underWay.add(done)
    try {
      return await done
    } catch (error) {
      if (!isAftermath(error)) failure ??= error
      throw error
    } finally {
      underWay.delete(done)
    }
  }
  return {
    provideConnection,
    get failure() {
      return failure
    },
    async end() {
      hasEnded = true
      await Promise.allSettled(underWay)
    },
  }
}

/** What every statement is told after one that failed. */
function isAftermath(error: unknown): boolean {
  return sqlstateOf(error) === SQLSTATE.in_failed_sql_transaction
}

const dialect: Dialect = {
  createAdapter: () => new PostgresAdapter(),
  createDriver: () => new DummyDriver(),
  createIntrospector: (db) => new PostgresIntrospector(db),
  createQueryCompiler: () => new PostgresQueryCompiler(),
}
/** A transaction in it is refused; nothing else would use these. */
const nothingOfItsOwn = { config: { dialect }, dialect, driver: new DummyDriver() }

/** Kysely's own way to bind statements to a connection sends each after the answer to the one before. */
function boundTo(db: Db, provider: ConnectionProvider): Trx {
  return new Transaction({ ...nothingOfItsOwn, executor: db.getExecutor().withConnectionProvider(provider) })
}

function isTransactionRetryable(error: unknown): boolean {
  const state = sqlstateOf(error)
  return (
    state === SQLSTATE.serialization_failure || state === SQLSTATE.deadlock_detected || isOutdatedPlan(error)
  )
}
